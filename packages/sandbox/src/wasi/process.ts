/** Arguments, environment, clocks, randomness, the end. */
import { encodeUtf8 } from "palyra-skills/encoding";
import type { WasiContext } from "./context.ts";
import { fault } from "./errno.ts";
import type { Memory } from "./memory.ts";

const CLOCK = { realtime: 0, monotonic: 1, processCpu: 2, threadCpu: 3 } as const;
/** Nanoseconds: clocks tell milliseconds and no less (spec 10.3). */
const RESOLUTION_NS = 1_000_000n;

/** Time as the module sees it: the one clock; for `monotonic` each reading is later than the last, if by a nanosecond that says nothing of time. */
export class Clocks {
  readonly #clockMs: () => number;
  #latest = 0n;

  constructor(clockMs: () => number) {
    this.#clockMs = clockMs;
  }

  /** Nanoseconds. `inval` for a clock that there is not; `notsup` for time of the processor. */
  now(id: number): bigint {
    requireClock(id);
    const now = BigInt(Math.max(0, Math.floor(this.#clockMs()))) * RESOLUTION_NS;
    if (id >>> 0 === CLOCK.realtime) return now;
    this.#latest = now > this.#latest ? now : this.#latest + 1n;
    return this.#latest;
  }
}

function requireClock(id: number): void {
  if (id >>> 0 > CLOCK.threadCpu) throw fault("inval");
  if (id >>> 0 >= CLOCK.processCpu) throw fault("notsup");
}

export function processFunctions(context: WasiContext, memory: Memory, clocks: Clocks) {
  return {
    ...listFunctions("args", context.args, memory),
    ...listFunctions("environ", context.env, memory),
    clock_res_get(id: number, resolution: number): void {
      requireClock(id);
      memory.setU64(resolution, RESOLUTION_NS);
    },
    // How exact it should be is a hint.
    clock_time_get(id: number, _precision: bigint, time: number): void {
      memory.range(time, 8);
      memory.setU64(time, clocks.now(id));
    },
    random_get(buffer: number, length: number): void {
      const bytes = memory.moved(buffer, length);
      if (bytes.byteLength > 0) context.random(bytes);
    },
    sched_yield(): void {},
  };
}

/** Texts that end with a zero byte, one after another, and where each begins. */
function listFunctions(name: "args" | "environ", texts: readonly string[], memory: Memory) {
  const encoded = texts.map((text) => encodeUtf8(`${text}\0`));
  const size = encoded.reduce((sum, { byteLength }) => sum + byteLength, 0);
  return {
    [`${name}_sizes_get`](count: number, bytes: number): void {
      memory.range(count, 4);
      memory.setU32(bytes, size);
      memory.setU32(count, encoded.length);
    },
    [`${name}_get`](pointers: number, buffer: number): void {
      memory.range(pointers, encoded.length * 4);
      const into = memory.moved(buffer, size);
      let at = 0;
      for (const [index, text] of encoded.entries()) {
        memory.setU32((pointers >>> 0) + index * 4, (buffer >>> 0) + at);
        into.set(text, at);
        at += text.byteLength;
      }
    },
  };
}
