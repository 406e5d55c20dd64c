/** `poll_oneoff`: clocks are waited for; what is open is always ready (spec 10.4). */
import { ERRNO } from "../host-errors.ts";
import type { Descriptors } from "./descriptors.ts";
import { fault, WasiFault } from "./errno.ts";
import { MAX_VECTORS, type Memory } from "./memory.ts";
import type { Clocks } from "./process.ts";
import { RIGHT } from "./rights.ts";

const SUBSCRIPTION_BYTES = 48;
const EVENT_BYTES = 32;
const TYPE = { clock: 0, read: 1, write: 2 } as const;
const ABSOLUTE = 1;
const NS_PER_MS = 1e6;

interface Subscription {
  readonly userdata: bigint;
  readonly type: number;
  /** Of a clock: nanoseconds from now. */
  readonly waitNs?: bigint;
  readonly error: number;
  /** Of a descriptor: bytes that can be had. */
  readonly ready: bigint;
}

const sleeper = new Int32Array(new SharedArrayBuffer(4));

export function pollFunctions(memory: Memory, clocks: Clocks, descriptors: Descriptors) {
  return {
    poll_oneoff(input: number, output: number, count: number, written: number): void {
      const number = count >>> 0;
      if (number === 0 || number > MAX_VECTORS) throw fault("inval");
      const asked = memory.view(input, number * SUBSCRIPTION_BYTES);
      memory.range(output, number * EVENT_BYTES);
      memory.range(written, 4);
      memory.charge(number * (SUBSCRIPTION_BYTES + EVENT_BYTES));
      const all = Array.from({ length: number }, (_, index) => subscription(asked, index * SUBSCRIPTION_BYTES));
      const due = dueOf(all);
      const events = memory.view(output, due.length * EVENT_BYTES);
      for (const [index, each] of due.entries()) writeEvent(events, index * EVENT_BYTES, each);
      memory.setU32(written, due.length);
    },
  };

  function subscription(view: DataView, at: number): Subscription {
    const userdata = view.getBigUint64(at, true);
    const type = view.getUint8(at + 8);
    if (type > TYPE.write) throw fault("inval");
    try {
      if (type === TYPE.clock) return { userdata, type, waitNs: wait(view, at), error: ERRNO.success, ready: 0n };
      return { userdata, type, error: ERRNO.success, ready: ready(view.getUint32(at + 16, true), type) };
    } catch (error) {
      if (error instanceof WasiFault) return { userdata, type, error: error.errno, ready: 0n };
      throw error;
    }
  }

  function wait(view: DataView, at: number): bigint {
    const now = clocks.now(view.getUint32(at + 16, true));
    const timeout = view.getBigUint64(at + 24, true);
    const flags = view.getUint16(at + 40, true);
    if (flags > ABSOLUTE) throw fault("inval");
    if (flags !== ABSOLUTE) return timeout;
    return timeout > now ? timeout - now : 0n;
  }

  function ready(fd: number, type: number): bigint {
    const found = descriptors.get(fd, RIGHT.pollFdReadwrite);
    if (found.kind === "directory") throw fault("isdir");
    if (found.kind === (type === TYPE.read ? "output" : "input")) throw fault("badf");
    return found.kind === "input" ? BigInt(found.bytes.byteLength - found.at) : 1n;
  }
}

/** What is ready, or else what comes first, once it has come. */
function dueOf(all: readonly Subscription[]): readonly Subscription[] {
  const now = all.filter(({ waitNs }) => waitNs === undefined || waitNs === 0n);
  if (now.length > 0) return now;
  const first = all.reduce((least, { waitNs = 0n }) => (waitNs < least ? waitNs : least), all[0]?.waitNs ?? 0n);
  Atomics.wait(sleeper, 0, 0, Math.ceil(Number(first) / NS_PER_MS));
  return all.filter(({ waitNs }) => waitNs === first);
}

function writeEvent(view: DataView, at: number, { userdata, type, error, ready }: Subscription): void {
  for (let byte = 0; byte < EVENT_BYTES; byte += 8) view.setBigUint64(at + byte, 0n, true);
  view.setBigUint64(at, userdata, true);
  view.setUint16(at + 8, error, true);
  view.setUint8(at + 10, type);
  if (type !== TYPE.clock) view.setBigUint64(at + 16, ready, true);
}
