/**
 * What a module is given, and what is called in it (spec 10.4). Imports have no types in JavaScript: each is held against the one table of spec 4.6 here,
 * and so is each export that is used. A name that nobody provides, or of another type, is given to nobody (T14).
 */
import { classifyImport, PALYRA_HOST_CAPABILITIES, PALYRA_SKILLS_HOST } from "palyra-skills/capability";
import type { ExportFact, FunctionType } from "palyra-skills/wasm";
import { invalid, type Outcome, Stop, told } from "./ended.ts";
import { handleImports, hostImports } from "./imports/index.ts";
import type { Compiled } from "./modules.ts";
import type { Prepare } from "./protocol.ts";
import { type HostImport, type HostImportOf, type HostImports, type WasiContext, wasiImports } from "./wasi/index.ts";

const WASI: readonly string[] = ["wasi_snapshot_preview1", "wasi_unstable"];
const MEMORY = "memory";
const START = "_start";
const INITIALIZE = "_initialize";
/** Imported functions that neither read nor write memory: a module that has no others may do without one. */
const WITHOUT_MEMORY: ReadonlySet<string> = new Set([
  "proc_exit",
  "proc_raise",
  "sched_yield",
  "sock_shutdown",
  "fd_close",
  "fd_renumber",
  "fd_sync",
  "fd_datasync",
  "fd_advise",
  "fd_allocate",
  "fd_fdstat_set_flags",
  "fd_fdstat_set_rights",
  "fd_filestat_set_size",
  "fd_filestat_set_times",
  "http-close",
]);
/** Types of what is called. */
const NOTHING = "() -> ()";
const EXIT_CODE = "() -> (i32)";

/** What is called, in this order; the last is the tool's own. */
export interface Entry {
  readonly functions: readonly string[];
  /** It gives an i32, which is the exit code. */
  readonly hasResult: boolean;
}

/** What stands in the way of linking a module, before anything of it is instantiated; undefined for nothing. */
export function linkFault({ imports, exports }: Compiled, { entrypoint }: Prepare): Outcome | undefined {
  for (const fact of imports) {
    const { problem, expected } = classifyImport(fact);
    if (problem !== undefined)
      return invalid("import", {
        module: told(fact.module),
        name: told(fact.name),
        problem,
        ...(expected === undefined ? {} : { expected: typeText(expected) }),
      });
  }
  const usesMemory = imports.some(({ module, name }) => module !== PALYRA_HOST_CAPABILITIES && !WITHOUT_MEMORY.has(name));
  const memory = exports.find(({ name }) => name === MEMORY);
  if (usesMemory && memory?.kind !== "memory")
    return invalid("export", { name: MEMORY, problem: "it is no memory of the module" });
  return entryOf(exports, entrypoint) === undefined
    ? invalid("entrypoint", { name: told(entrypoint), ...entryProblem(exports, entrypoint) })
    : undefined;
}

/** A command's `_start`, or a function that gives an exit code, a reactor's `_initialize` before it: of the types that the audit asks for, and no others. */
export function entryOf(exports: readonly ExportFact[], entrypoint: string): Entry | undefined {
  const isCommand = entrypoint === START;
  if (typeOf(exports, entrypoint) !== (isCommand ? NOTHING : EXIT_CODE)) return undefined;
  const isReactor = !isCommand && typeOf(exports, INITIALIZE) === NOTHING;
  return { functions: isReactor ? [INITIALIZE, entrypoint] : [entrypoint], hasResult: !isCommand };
}

function entryProblem(exports: readonly ExportFact[], entrypoint: string): { readonly problem: string; readonly found?: string } {
  const found = exports.find(({ name }) => name === entrypoint);
  if (found === undefined) return { problem: "there is no such export" };
  if (found.kind !== "function" || found.type === undefined) return { problem: `it is a ${found.kind}` };
  return { problem: "it takes or gives something else", found: told(typeText(found.type)) };
}

function typeOf(exports: readonly ExportFact[], name: string): string | undefined {
  const found = exports.find((each) => each.name === name);
  return found?.kind === "function" && found.type !== undefined ? typeText(found.type) : undefined;
}

/** `(i32, i64) -> (i32)`. */
const typeText = ({ params, results }: FunctionType): string => `(${params.join(", ")}) -> (${results.join(", ")})`;

/** Only what the module names, in its order: functions made for this run. */
export function importsOf({ imports }: Compiled, { grants }: Prepare, context: WasiContext): readonly HostImport[] {
  const made = new Map<string, HostImportOf>();
  return imports.map(({ module, name }) => {
    const provided = made.get(module) ?? provide(module, grants, context);
    made.set(module, provided);
    const found = provided(name);
    // Of a class that the audit names, and no function that any host has.
    if (found === undefined) throw new Stop(invalid("import", { module: told(module), name: told(name), problem: "unknown" }));
    return found;
  });
}

function provide(module: string, grants: Prepare["grants"], context: WasiContext): HostImportOf {
  if (WASI.includes(module)) return wasiImports(context);
  if (module === PALYRA_HOST_CAPABILITIES) return ofThese(handleImports(grants));
  return ofThese(module === PALYRA_SKILLS_HOST ? hostImports(context) : {});
}

const ofThese =
  (functions: HostImports): HostImportOf =>
  (name) =>
    Object.hasOwn(functions, name) ? functions[name] : undefined;
