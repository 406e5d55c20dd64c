/** WASI preview 1 for one run of one module (spec 10.4): every function of core's table of imports, and no more of a host than it says there. */
import { ERRNO } from "../host-errors.ts";
import type { WasiContext } from "./context.ts";
import { type Denied, Descriptors } from "./descriptors.ts";
import { fault, WasiFault } from "./errno.ts";
import { fileFunctions } from "./files.ts";
import { Memory } from "./memory.ts";
import { pathFunctions } from "./paths.ts";
import { pollFunctions } from "./poll.ts";
import { Clocks, processFunctions } from "./process.ts";

export type { GrantedRoot, HostContext, Sink, WasiContext } from "./context.ts";

/** A function as the engine calls it; its parameters are those of core's table. */
export type HostImport = (...args: never[]) => number | undefined;
export interface HostImports {
  readonly [name: string]: HostImport;
}

/** A function by its name; undefined: there is none of that name. */
export type HostImportOf = (name: string) => HostImport | undefined;

/** For `wasi_snapshot_preview1` and what `wasi_unstable` has in common with it. What `context` throws goes through. */
export function wasiImports(context: WasiContext): HostImportOf {
  const memory = new Memory(context);
  const clocks = new Clocks(context.clockMs);
  let called = "";
  const denied: Denied = (capability, name) => context.denied?.(capability, called, name);
  const descriptors = new Descriptors(context, denied);
  const groups = [
    lazily(() => fileFunctions(memory, descriptors)),
    lazily(() => processFunctions(context, memory, clocks)),
    lazily(() => pathFunctions(memory, descriptors)),
    lazily(() => pollFunctions(memory, clocks, descriptors)),
    lazily(() => refusedFunctions(descriptors, denied)),
  ];
  return (name) => {
    if (name === "proc_exit") return (code: number) => context.exit(code >>> 0);
    const run = functionOf(groups, name);
    return (
      run &&
      answering((...args) => {
        called = name;
        run(...args);
      })
    );
  };
}

interface Functions {
  readonly [name: string]: (...args: never[]) => void;
}

/** A module names a few of them: those of a kind are made once one of that kind is named. */
function lazily(make: () => Functions): () => Functions {
  let made: Functions | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

function functionOf(groups: readonly (() => Functions)[], name: string): Functions[string] | undefined {
  for (const group of groups) {
    const functions = group();
    if (Object.hasOwn(functions, name)) return functions[name];
  }
  return undefined;
}

/** What is never granted; there are no sockets, and no signals. */
function refusedFunctions(descriptors: Descriptors, denied: Denied) {
  const network = (): void => {
    denied("skill.capability.http.egress");
    throw fault("notcapable");
  };
  return {
    proc_raise(): void {
      throw fault("notcapable");
    },
    sock_accept: network,
    sock_recv: network,
    sock_send: network,
    sock_shutdown(fd: number): void {
      descriptors.get(fd);
      throw fault("notsock");
    },
  };
}

function answering(run: (...args: never[]) => void): HostImport {
  return (...args) => {
    try {
      run(...args);
      return ERRNO.success;
    } catch (error) {
      if (error instanceof WasiFault) return error.errno;
      throw error;
    }
  };
}
