/** A thread in which one module runs with our own host functions, and asks the thread that started it (host-run.ts). */
import { randomFillSync } from "node:crypto";
import { parentPort, workerData } from "node:worker_threads";
import { decodeReply, encodeRequest, type HostReply, type HostRequest } from "palyra-sandbox/host-messages";
import { handleImports, hostImports } from "palyra-sandbox/imports/index";
import { wasiImports } from "palyra-sandbox/wasi/index";
import { CONTROL, type Job } from "./host-run.ts";

/** As an exit code. */
const TRAPPED = 134;

class Exit {
  readonly code: number;
  constructor(code: number) {
    this.code = code;
  }
}

function run({ module, args, stdin, env, roots, grants, control, answers }: Job): void {
  const state = new Int32Array(control);
  const out: Uint8Array[] = [];
  const log: Uint8Array[] = [];
  let memory: unknown;
  const context = {
    memory: (): Uint8Array => (memory instanceof WebAssembly.Memory ? new Uint8Array(memory.buffer) : new Uint8Array()),
    charge: () => {},
    ask: (request: HostRequest): HostReply => {
      Atomics.store(state, CONTROL.answered, 0);
      parentPort?.postMessage(encodeRequest(request));
      Atomics.wait(state, CONTROL.answered, 0);
      const reply = decodeReply(new Uint8Array(answers).slice(0, Atomics.load(state, CONTROL.length)));
      if (reply === undefined) throw new Error("no answer");
      return reply;
    },
  };
  const wasi = wasiImports({
    ...context,
    stdin,
    stdout: { write: (bytes) => void out.push(bytes.slice()) },
    stderr: { write: (bytes) => void log.push(bytes.slice()) },
    args,
    env: env ?? [`PALYRA_TOOL_ID=${args[1]}`, "PALYRA_SKILL_ID=acme.web"],
    clockMs: Date.now,
    random: (into) => void randomFillSync(into),
    roots,
    exit: (code) => {
      throw new Exit(code);
    },
  });
  const compiled = new WebAssembly.Module(module);
  const named = WebAssembly.Module.imports(compiled).filter((each) => each.module === "wasi_snapshot_preview1");
  const instance = new WebAssembly.Instance(compiled, {
    wasi_snapshot_preview1: Object.fromEntries(named.map(({ name }) => [name, wasi(name)])),
    "palyra:skills/host@1": hostImports(context),
    "palyra:plugins/host-capabilities@0.1.0": handleImports(grants),
  });
  memory = instance.exports["memory"];
  let exit = 0;
  try {
    const start = instance.exports["_start"];
    if (typeof start === "function") start();
  } catch (error) {
    exit = error instanceof Exit ? error.code : TRAPPED;
    if (exit === TRAPPED) log.push(Buffer.from(String(error)));
  }
  parentPort?.postMessage({ exit, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(log).toString() });
}

run(workerData);
