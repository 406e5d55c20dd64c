import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { parseArgs } from "node:util";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { makeInput, type RunResult, runTarget } from "./run.ts";
import type { Target } from "./target.ts";
import { TARGETS } from "./targets/index.ts";

/*
 * The fuzzer, bundled by scripts/fuzz.mjs and by its test:
 *
 *   --target NAME[,NAME]   default all
 *   --seconds N | --count N   of each target; default 10 seconds
 *   --seed TEXT            default one of the clock's
 *   --from N               the first iteration; with `--count 1` one input again
 *   --input FILE           checks this one file instead
 *   --json
 *
 * A target runs in a thread of its own, watched from here: a reader that never comes back is found, and named.
 */

/** Milliseconds for one input after which the thread is taken for hanging. */
const HANGING_MS = 60_000;
/** Bytes that the process may have held at its most; the largest input is 96 KiB, and an archive's entries 64 MiB. */
const MAX_MEMORY_BYTES = 1024 * 1024 * 1024;
/** MiB of JavaScript's own heap for a target. */
const MAX_HEAP_MB = 512;

interface Job {
  readonly target: string;
  readonly seed: string;
  readonly from: number;
  readonly count: number;
  readonly forMs: number;
  readonly progress: SharedArrayBuffer;
}

if (isMainThread) process.exitCode = await main();
else await work(workerData);

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      target: { type: "string" },
      seconds: { type: "string" },
      count: { type: "string" },
      seed: { type: "string" },
      from: { type: "string" },
      input: { type: "string" },
      json: { type: "boolean" },
    },
  });
  const names = values.target?.split(",") ?? TARGETS.map(({ name }) => name);
  const seed = values.seed ?? String(Date.now());
  if (values.input !== undefined) return checkFile(targetOf(names[0] ?? ""), values.input);
  const seconds = values.seconds ?? (values.count === undefined ? "10" : undefined);
  const results: RunResult[] = [];
  for (const target of names) {
    const job = {
      target: targetOf(target).name,
      seed,
      from: Number(values.from ?? 0),
      count: Number(values.count ?? Number.MAX_SAFE_INTEGER),
      forMs: seconds === undefined ? Number.MAX_SAFE_INTEGER : Number(seconds) * 1000,
      progress: new SharedArrayBuffer(4),
    };
    const result = await watched(job);
    results.push(result);
    report(result, seed, values.json ?? false);
  }
  const memory = process.resourceUsage().maxRSS * 1024;
  if (values.json) console.log(JSON.stringify({ seed, memory, results: results.map(plain) }));
  else console.log(`seed ${seed}, at most ${Math.round(memory / 2 ** 20)} MiB held`);
  if (memory > MAX_MEMORY_BYTES) console.error(`more than ${MAX_MEMORY_BYTES / 2 ** 20} MiB were held`);
  return memory > MAX_MEMORY_BYTES || results.some(({ findings }) => findings.length > 0) ? 1 : 0;
}

function targetOf(name: string): Target {
  const target = TARGETS.find((each) => each.name === name);
  if (target === undefined) throw new Error(`no target ${name}; there are ${TARGETS.map((each) => each.name).join(", ")}`);
  return target;
}

/** Runs a target in a thread; one that gets nowhere, or dies, is a finding with the iteration that it was at. */
function watched(job: Job): Promise<RunResult> {
  const iteration = new Int32Array(job.progress);
  const { promise, resolve } = resolvable<RunResult>();
  const worker = new Worker(new URL(import.meta.url), {
    workerData: job,
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
  });
  let [seen, since] = [-1, performance.now()];
  const timer = setInterval(() => {
    const at = Atomics.load(iteration, 0);
    if (at !== seen) [seen, since] = [at, performance.now()];
    else if (performance.now() - since > HANGING_MS) void end(`no answer within ${HANGING_MS / 1000} s`);
  }, 1000);
  const end = async (problem: string): Promise<void> => {
    clearInterval(timer);
    await worker.terminate();
    const at = Atomics.load(iteration, 0);
    const target = targetOf(job.target);
    const input = await makeInput(target, await target.seeds(process.cwd()), job.seed, at);
    const refusals = new Map<string, number>();
    const findings = [{ iteration: at, problem, input }];
    resolve({
      target: job.target,
      inputs: at - job.from + 1,
      accepted: 0,
      refusals,
      seconds: 0,
      slowestMs: 0,
      slowest: at,
      findings,
    });
  };
  worker.once("message", (result: RunResult) => {
    clearInterval(timer);
    resolve(result);
  });
  worker.once("error", (error) => void end(String(error)));
  return promise;
}

function resolvable<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

async function work(job: Job): Promise<void> {
  const iteration = new Int32Array(job.progress);
  const target = targetOf(job.target);
  const corpus = await target.seeds(process.cwd());
  const result = await runTarget(target, corpus, { ...job, begin: (at) => void Atomics.store(iteration, 0, at) });
  parentPort?.postMessage(result);
}

async function checkFile(target: Target, file: string): Promise<number> {
  await target.seeds(process.cwd());
  console.log(await target.check(new Uint8Array(readFileSync(file))));
  return 0;
}

function report(result: RunResult, seed: string, json: boolean): void {
  const { target, inputs, accepted, refusals, seconds, slowestMs, slowest, findings } = result;
  if (!json) {
    const rate = seconds > 0 ? Math.round(inputs / seconds) : 0;
    console.log(`${target}: ${inputs} inputs, ${rate}/s, ${accepted} accepted, slowest ${Math.round(slowestMs)} ms (${slowest})`);
    const most = [...refusals].sort(([, a], [, b]) => b - a).slice(0, 12);
    console.log(`  ${refusals.size} kinds of refusal: ${most.map(([code, count]) => `${code} ${count}`).join(", ")}`);
  }
  for (const { iteration, problem, input } of findings) {
    const file = input === undefined ? "(no input)" : save(`${target}-${seed}-${iteration}`, input);
    console.error(`FOUND ${target}, seed ${seed}, iteration ${iteration}: ${problem.slice(0, 3000)}`);
    console.error(`  npm run fuzz -- --target ${target} --seed ${seed} --from ${iteration} --count 1`);
    console.error(`  npm run fuzz -- --target ${target} --input ${file}`);
  }
}

function save(name: string, input: Uint8Array): string {
  const folder = join(process.cwd(), ".cache", "fuzz");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name.replace(/[^\w.-]/g, "_")}.bin`);
  writeFileSync(file, input);
  return relative(process.cwd(), file);
}

function plain({ refusals, findings, ...rest }: RunResult): object {
  return {
    ...rest,
    refusals: Object.fromEntries(refusals),
    findings: findings.map(({ iteration, problem }) => ({ iteration, problem })),
  };
}
