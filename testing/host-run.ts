/** Runs a module with the host functions that ship and a real broker, without the process around it: what tools and clients do with them. */
import { Worker } from "node:worker_threads";
import { decodeRequest, encodeReply, MAX_MESSAGE_BYTES } from "palyra-sandbox/host-messages";
import type { GrantedRoot } from "palyra-sandbox/wasi/index";
import type { CapabilityGrants } from "palyra-skills/capability";
import type { Broker } from "../packages/palyra/src/execution/broker/index.ts";

/** Numbers of the control buffer. */
export const CONTROL = { answered: 0, length: 1 } as const;

export interface Job {
  readonly module: Uint8Array<ArrayBuffer>;
  readonly args: readonly string[];
  readonly stdin: Uint8Array;
  /** Absent: the two that a tool has. */
  readonly env?: readonly string[];
  readonly roots: readonly GrantedRoot[];
  readonly grants: CapabilityGrants;
  readonly control: SharedArrayBuffer;
  readonly answers: SharedArrayBuffer;
}

export interface Ran {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** @param worker the bundled host-worker.ts @param timeoutMs after which it is ended, and fails */
export function runModule(
  worker: string,
  broker: Broker,
  job: Omit<Job, "control" | "answers">,
  timeoutMs?: number,
): Promise<Ran> {
  const control = new SharedArrayBuffer(8);
  const answers = new SharedArrayBuffer(MAX_MESSAGE_BYTES);
  const state = new Int32Array(control);
  return new Promise((resolve, reject) => {
    const thread = new Worker(worker, { workerData: { ...job, control, answers } });
    const late = (): void => {
      reject(new Error(`no end within ${timeoutMs} ms`));
      void thread.terminate();
    };
    const timer = timeoutMs === undefined ? undefined : setTimeout(late, timeoutMs);
    thread.once("exit", () => clearTimeout(timer));
    thread.once("error", reject);
    thread.on("message", (message: Uint8Array | Ran) => {
      if (!(message instanceof Uint8Array)) {
        resolve(message);
        return;
      }
      const request = decodeRequest(message);
      if (request === undefined) return reject(new Error("no request"));
      broker.handle(request).then((reply) => {
        const encoded = encodeReply(reply);
        new Uint8Array(answers).set(encoded);
        Atomics.store(state, CONTROL.length, encoded.byteLength);
        Atomics.store(state, CONTROL.answered, 1);
        Atomics.notify(state, CONTROL.answered);
      }, reject);
    });
  });
}
