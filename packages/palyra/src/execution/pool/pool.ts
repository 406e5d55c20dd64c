/**
 * Sandbox processes (spec 10.3): started ahead, so that a call does not wait for Node; one call at a time each; one artifact's digest each for as long as it
 * lives. A process that was ended, died or said what it must not say is replaced; one that has done much is, too.
 */
import { availableParallelism } from "node:os";
import { MAX_KEPT_MODULES } from "palyra-sandbox/limits";
import { PalyraError } from "../../errors.ts";
import { PoolCall } from "./call.ts";
import type { ProcessLimits } from "./command.ts";
import { fits, limitsOf, MAX_WALL_MS, SMALLEST } from "./limits.ts";
import { type Death, SandboxProcess } from "./process.ts";
import { type ResidentOf, residentReader } from "./resident.ts";
import { moduleKey } from "./shared.ts";
import { tooLarge } from "./tellable.ts";
import { Turns } from "./turns.ts";
import type { CallOutcome, PreparedCall, PrepareOptions, SandboxJob, SandboxPool } from "./types.ts";

export interface PoolOptions {
  /** The file of the program that each process runs. */
  readonly program: string;
  /** Processes that stand ready and serve nobody yet. */
  readonly idle?: number;
  /** Processes that are started at once, beside those, and not again: for a call that is about to come. */
  readonly ahead?: number;
  /** Calls at once, beyond the cores' number as well (turns.ts); more wait. */
  readonly most?: number;
  /** Of them of one skill; by default half. */
  readonly mostOfOne?: number;
  /** Looks at each process's memory while it works; by default where the system limits none. */
  readonly residentOf?: ResidentOf | undefined;
}

/** Calls of one process before another takes its place. */
const MOST_CALLS = 10_000;
/** Milliseconds after which what was taken is started anew: not beside what took it. */
const REFILL_MS = 100;
/** Milliseconds that a call waits until it runs beside as many as there are cores. */
const PATIENCE_MS = 50;
/** Milliseconds without a call after which processes are ended that are more than the cores. */
const LEFT_MS = 60_000;
const CORES = Math.max(2, availableParallelism());
/** Calls at once: each may take 1 GiB and twice its quota (limits.ts), and most take 50 MB. */
const MOST = Math.max(8, 4 * CORES);

export function openSandboxPool(options: PoolOptions): SandboxPool {
  return new Pool(options);
}

class Pool implements SandboxPool {
  readonly #program: string;
  readonly #idleWanted: number;
  readonly #most: number;
  readonly #residentOf: ResidentOf | undefined;
  /** Serve nobody yet. */
  readonly #idle: SandboxProcess[] = [];
  /** Have served, and wait for the next call; the one that was used last is the last. */
  readonly #warm: SandboxProcess[] = [];
  readonly #all = new Set<SandboxProcess>();
  readonly #turns: Turns;
  #isClosed = false;
  #refill: NodeJS.Timeout | undefined;
  #leave: NodeJS.Timeout | undefined;

  constructor({ program, idle = 1, ahead = 0, most = MOST, mostOfOne = Math.ceil(most / 2), ...options }: PoolOptions) {
    this.#program = program;
    this.#idleWanted = idle;
    this.#most = most;
    this.#turns = new Turns({ atOnce: Math.min(most, CORES), most, mostOfOne, patienceMs: PATIENCE_MS });
    const watched = process.platform === "linux" ? undefined : residentReader(process.platform);
    this.#residentOf = "residentOf" in options ? options.residentOf : watched;
    this.#startIdle(idle + ahead);
  }

  async prepare(job: SandboxJob, options: PrepareOptions): Promise<PreparedCall | CallOutcome> {
    const early = tooLarge(job);
    if (early !== undefined) return refused(job, "InvalidInput", early);
    const release = await this.#turns.take(job.skillId, options.signal);
    if (release === undefined) return refused(job, "RuntimeFailure", { fault: "cancelled" });
    try {
      const process = await this.#processFor(job);
      const call = new PoolCall(process, job, options, {
        residentOf: this.#residentOf,
        release: (mayServe) => {
          this.#giveBack(process, mayServe);
          release();
        },
      });
      return await call.prepare();
    } catch (error) {
      release();
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#refill);
    clearTimeout(this.#leave);
    for (const each of this.#all) each.kill();
    await Promise.all([...this.#all].map(({ gone }) => gone));
  }

  /** One that has served this artifact, or none before; never one that has served another. */
  async #processFor(job: SandboxJob): Promise<SandboxProcess> {
    if (this.#isClosed) throw unavailable("the pool is closed");
    const limits = limitsOf(job.quotas);
    const process =
      take(this.#warm, (each) => each.artifactSha256 === job.artifactSha256 && canServe(each, job, limits)) ??
      take(this.#idle, (each) => fits(each.limits, limits)) ??
      this.#start(limits);
    process.artifactSha256 = job.artifactSha256;
    process.calls += 1;
    this.#scheduleFill();
    const death = await process.ready;
    if (death !== undefined || process.isDead) throw unavailable(problemOf(death));
    return process;
  }

  #giveBack(process: SandboxProcess, mayServe: boolean): void {
    this.#scheduleFill();
    if (process.isDead) return;
    if (mayServe && !this.#isClosed) this.#warm.push(process);
    else process.kill();
    this.#keepWarm(this.#most);
    clearTimeout(this.#leave);
    if (this.#warm.length > CORES && !this.#isClosed) this.#leave = setTimeout(() => this.#keepWarm(CORES), LEFT_MS).unref();
  }

  /** The others are ended, those first that were used last long ago. */
  #keepWarm(most: number): void {
    while (this.#warm.length > most) this.#warm.shift()?.kill();
  }

  #start(limits: ProcessLimits): SandboxProcess {
    const process = new SandboxProcess(this.#program, limits);
    this.#all.add(process);
    process.gone.then(() => {
      this.#all.delete(process);
      take(this.#idle, (each) => each === process);
      take(this.#warm, (each) => each === process);
    });
    return process;
  }

  #scheduleFill(): void {
    if (this.#refill !== undefined || this.#isClosed || this.#idle.length >= this.#idleWanted) return;
    this.#refill = setTimeout(() => {
      this.#refill = undefined;
      if (!this.#isClosed) this.#startIdle(this.#idleWanted);
    }, REFILL_MS).unref();
  }

  #startIdle(wanted: number): void {
    while (this.#idle.length < wanted) this.#idle.push(this.#start(SMALLEST));
  }
}

/** Whether a process that has served this artifact may serve this call of it, too. */
export function canServe(
  process: Pick<SandboxProcess, "isDead" | "calls" | "limits" | "busyMs" | "keeps">,
  job: SandboxJob,
  limits: ProcessLimits,
): boolean {
  if (process.isDead || process.calls >= MOST_CALLS || !fits(process.limits, limits)) return false;
  // Its processor time is limited for all of its life.
  const mayTake = Math.min(job.quotas.wallMs, MAX_WALL_MS);
  if ((process.busyMs + mayTake) * THREADS > process.limits.cpuSeconds * 1000) return false;
  return process.keeps.has(moduleKey(job)) || process.keeps.size < MAX_KEPT_MODULES;
}
/** An engine compiles on so many threads at once. */
const THREADS = 4;

function take<T>(from: T[], fitsIn: (each: T) => boolean): T | undefined {
  const at = from.findLastIndex(fitsIn);
  return at === -1 ? undefined : from.splice(at, 1)[0];
}

const refused = (job: SandboxJob, kind: CallOutcome["kind"], details: CallOutcome["details"]): CallOutcome => ({
  kind,
  details,
  stdout: new Uint8Array(0),
  log: "",
  used: { wallMs: 0, outputBytes: 0 },
  allowed: job.quotas,
});

const unavailable = (problem: string): PalyraError => new PalyraError("SandboxUnavailable", { problem });

function problemOf(death: Death | undefined): string {
  if (death?.broke !== undefined) return death.broke;
  return death === undefined
    ? "its process was ended"
    : `its process ended at its start (${death.signal ?? `exit code ${death.code}`})`;
}
