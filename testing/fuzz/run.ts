import type { Corpus } from "./mutate.ts";
import { Random } from "./random.ts";
import type { Outcome, Target } from "./target.ts";

/** Milliseconds that one input may take; an honest one takes one or two. */
const MAX_INPUT_MS = 5_000;

/** Findings of one run that are worth listing; they are told apart by what was broken. */
const MAX_FINDINGS = 10;

export interface RunOptions {
  readonly seed: string;
  /** The first iteration. */
  readonly from: number;
  readonly count: number;
  /** Milliseconds after which no more is begun. */
  readonly forMs: number;
  /** Told before each input is made, for whoever watches from outside. */
  readonly begin: (iteration: number) => void;
}

export interface Finding {
  readonly iteration: number;
  readonly problem: string;
  /** As long as it could be made. */
  readonly input?: Uint8Array;
}

export interface RunResult {
  readonly target: string;
  readonly inputs: number;
  readonly accepted: number;
  /** How often each refusal was met. */
  readonly refusals: ReadonlyMap<string, number>;
  readonly seconds: number;
  /** The slowest input, in milliseconds. */
  readonly slowestMs: number;
  readonly slowest: number;
  readonly findings: readonly Finding[];
}

/** One input after the other, each from the target's name, the seed and its number alone. */
export async function runTarget(target: Target, corpus: Corpus, options: RunOptions): Promise<RunResult> {
  const started = performance.now();
  const refusals = new Map<string, number>();
  const findings = new Map<string, Finding>();
  let [accepted, inputs, slowestMs, slowest] = [0, 0, 0, 0];
  for (let iteration = options.from; inputs < options.count; iteration++) {
    if (performance.now() - started > options.forMs || findings.size === MAX_FINDINGS) break;
    options.begin(iteration);
    inputs += 1;
    let input: Uint8Array | undefined;
    try {
      input = await makeInput(target, corpus, options.seed, iteration);
      const { outcome, ms } = await timed(target, input);
      if (ms > slowestMs) [slowestMs, slowest] = [ms, iteration];
      if (outcome.accepted) accepted += 1;
      else refusals.set(outcome.code, (refusals.get(outcome.code) ?? 0) + 1);
    } catch (error) {
      const problem = error instanceof Error ? (error.stack ?? error.message) : String(error);
      const kind = (problem.split("\n")[0] ?? "").slice(0, 60).replace(/[0-9]+/g, "");
      if (!findings.has(kind)) findings.set(kind, { iteration, problem, ...(input === undefined ? {} : { input }) });
    }
  }
  const seconds = (performance.now() - started) / 1000;
  return { target: target.name, inputs, accepted, refusals, seconds, slowestMs, slowest, findings: [...findings.values()] };
}

export async function makeInput(target: Target, corpus: Corpus, seed: string, iteration: number): Promise<Uint8Array> {
  return target.make(new Random(`${target.name}/${seed}/${iteration}`), corpus);
}

async function timed(target: Target, input: Uint8Array): Promise<{ readonly outcome: Outcome; readonly ms: number }> {
  const started = performance.now();
  const outcome = await target.check(input);
  const ms = performance.now() - started;
  // Once more: the machine may have been busy with others.
  if (ms > MAX_INPUT_MS) {
    const again = performance.now();
    await target.check(input);
    if (performance.now() - again > MAX_INPUT_MS) throw new Error(`an input took ${Math.round(ms)} ms, and as long again`);
  }
  return { outcome, ms };
}
