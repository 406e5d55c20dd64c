/** What a sandbox process may use in all, by the quotas of the calls that it can serve (spec 10.3). */
import type { ProcessLimits } from "./command.ts";
import type { SandboxQuotas } from "./types.ts";

const MEBI = 1024 * 1024;
/**
 * Bytes beside a module's own memory: the engine and its heap, compiled code, requests and answers. What is compiled within the bounds of the audit takes up to
 * 350 MB (spec 4.4); what is not, and takes gigabytes, ends here.
 */
const ENGINE_BYTES = 1024 * MEBI;
/** Memory of a module that every process has room for: four times the default quota. */
const SMALLEST_MEMORY = 256 * MEBI;
/** Milliseconds of the longest call that every process has time for: four times the default quota. */
const SMALLEST_WALL_MS = 120_000;
/** Seconds of processor time for a second of the clock: the engine's threads, twice over. */
const CPU_SHARE = 8;
/** Addresses end before this. */
const LARGEST_MEMORY = 2 ** 40;

export function limitsOf({ memoryBytes, wallMs }: Pick<SandboxQuotas, "memoryBytes" | "wallMs">): ProcessLimits {
  return {
    // The module's own of this call, and of the last one, which may not have been collected.
    memoryBytes: ENGINE_BYTES + 2 * stepFor(SMALLEST_MEMORY, Math.min(memoryBytes, LARGEST_MEMORY)),
    cpuSeconds: (CPU_SHARE * stepFor(SMALLEST_WALL_MS, Math.min(wallMs, MAX_WALL_MS))) / 1000,
  };
}
/** Milliseconds: a call that may take longer counts as one that takes this. */
export const MAX_WALL_MS = 2 ** 31;

/** The first, doubled until it is enough: few kinds of processes, so that one can serve many calls. */
function stepFor(first: number, wanted: number): number {
  let step = first;
  while (step < wanted) step *= 2;
  return step;
}

/** What stands ready. */
export const SMALLEST: ProcessLimits = limitsOf({ memoryBytes: 0, wallMs: 0 });

/** Of the kind that the call asks for: not a larger one, whose limits would hold less. */
export const fits = (has: ProcessLimits, wanted: ProcessLimits): boolean =>
  has.memoryBytes === wanted.memoryBytes && has.cpuSeconds === wanted.cpuSeconds;
