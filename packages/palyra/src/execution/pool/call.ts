/** One call as the host sees it: its deadline, what its process asks, and how it ends (spec 10.1, 10.3). */
import { decodeRequest, encodeReply } from "palyra-sandbox/host-messages";
import { LOG_CUT, MAX_FUEL, MAX_LOG_BYTES } from "palyra-sandbox/limits";
import type { Ended, FromProcess, OutcomeKind, Prepare } from "palyra-sandbox/protocol";
import { type JsonObject, parseJson, toValue } from "palyra-skills/encoding";
import { claimProblem } from "./claims.ts";
import type { Death, SandboxProcess } from "./process.ts";
import type { ResidentOf } from "./resident.ts";
import { moduleKey, Stopwatch } from "./shared.ts";
import type { CallOutcome, CancelReason, HostAnswers, PreparedCall, PrepareOptions, SandboxJob } from "./types.ts";

/** What a call needs of its pool. */
export interface CallPorts {
  /** Absent where the system itself limits a process's memory. */
  readonly residentOf?: ResidentOf | undefined;
  /** The call is over; the process may serve another one, or must not. */
  readonly release: (mayServe: boolean) => void;
}

/** Milliseconds between two looks at the memory of a process. */
const LOOK_MS = 200;
/** Bytes that a process tells of a log: the last of them that it was cut. */
const MOST_LOG = MAX_LOG_BYTES + LOG_CUT.length;
/** Milliseconds that a timer takes at most. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export class PoolCall implements PreparedCall {
  readonly #process: SandboxProcess;
  readonly #job: SandboxJob;
  readonly #options: PrepareOptions;
  readonly #ports: CallPorts;
  readonly #clock = new Stopwatch();
  /** Of a call that writes a log. */
  #decoder: InstanceType<typeof TextDecoder> | undefined;
  readonly #over: Promise<CallOutcome>;
  #phase: "preparing" | "prepared" | "running" | "asking" | "over" = "preparing";
  /** Of one that runs. */
  #answers: HostAnswers | undefined;
  #timer: NodeJS.Timeout | undefined;
  #looking: NodeJS.Timeout | undefined;
  #log = "";
  #logBytes = 0;
  #tellPrepared: (answer: PreparedCall | CallOutcome) => void = () => {};
  #tellOver: (outcome: CallOutcome) => void = () => {};

  constructor(process: SandboxProcess, job: SandboxJob, options: PrepareOptions, ports: CallPorts) {
    this.#process = process;
    this.#job = job;
    this.#options = options;
    this.#ports = ports;
    this.#over = new Promise((resolve) => {
      this.#tellOver = resolve;
    });
  }

  prepare(): Promise<PreparedCall | CallOutcome> {
    const prepared = new Promise<PreparedCall | CallOutcome>((resolve) => {
      this.#tellPrepared = resolve;
    });
    this.#process.listen({ message: (message) => this.#hear(message), died: (death) => this.#died(death) });
    this.#options.signal.addEventListener("abort", this.#aborted, { once: true });
    this.#startClock();
    this.#look();
    this.#process.send({ is: "prepare", call: this.#told() });
    if (this.#options.signal.aborted) this.cancel("cancelled");
    this.#options.meanwhile?.();
    return prepared;
  }

  run(answers: HostAnswers): Promise<CallOutcome> {
    if (this.#phase !== "prepared") return this.#over;
    this.#answers = answers;
    this.#phase = "running";
    this.#startClock();
    this.#look();
    this.#process.send({ is: "run" });
    return this.#over;
  }

  cancel(reason: CancelReason): void {
    if (this.#phase === "prepared") this.#drop({ fault: reason });
    else this.#kill("RuntimeFailure", { fault: reason });
  }

  /** Nothing of it has run: its process may serve another. */
  #drop(details: JsonObject): void {
    this.#process.send({ is: "drop" });
    this.#finish(this.#unfinished("RuntimeFailure", details), true);
  }

  readonly #aborted = (): void => this.cancel("cancelled");

  /** Member by member: to spread a job takes longer than all else of telling it. */
  #told(): Prepare {
    const job = this.#job;
    const { quotas, clock, random } = job;
    return {
      skillId: job.skillId,
      toolId: job.toolId,
      moduleSha256: job.moduleSha256,
      module: this.#process.keeps.has(moduleKey(job)) ? undefined : job.module,
      kind: job.kind,
      entrypoint: job.entrypoint,
      input: job.input,
      inputSchema: job.inputSchema,
      outputSchema: job.outputSchema,
      fuel: quotas.fuel < MAX_FUEL ? quotas.fuel : MAX_FUEL,
      memoryBytes: quotas.memoryBytes,
      fuelMode: job.fuelMode,
      grants: job.grants,
      roots: job.roots,
      frozenUnixMs: clock === "real" ? undefined : clock.frozenUnixMs,
      seed: random === "real" ? undefined : random.seed,
    };
  }

  #hear(message: FromProcess): void {
    const { is } = message;
    if (is === "prepared" && this.#phase === "preparing") this.#ready();
    else if (is === "outcome" && (this.#phase === "preparing" || this.#phase === "running")) this.#ended(message.ended);
    else if (is === "log" && this.#phase === "running" && this.#mayLog(message.bytes)) this.#logged(message.bytes);
    else if (is === "ask" && this.#phase === "running") void this.#asked(message.body);
    // Out of order: nobody's whose words are to be believed (T39).
    else this.#broken("a message out of order");
  }

  #ready(): void {
    this.#process.keeps.add(moduleKey(this.#job));
    this.#stopClock();
    this.#phase = "prepared";
    this.#tellPrepared(this);
  }

  #broken(problem: string): void {
    this.#kill("RuntimeFailure", { fault: "sandbox", problem });
  }

  /** None that is empty: of these there is no end. */
  #mayLog({ length }: Uint8Array): boolean {
    return length > 0 && this.#logBytes + length <= MOST_LOG;
  }

  #logged(bytes: Uint8Array): void {
    this.#logBytes += bytes.length;
    this.#decoder ??= new TextDecoder();
    this.#tellLog(this.#decoder.decode(bytes, { stream: true }));
  }

  #tellLog(text: string): void {
    if (text === "") return;
    this.#log += text;
    this.#options.onLog?.(text);
  }

  async #asked(body: Uint8Array): Promise<void> {
    const request = decodeRequest(body);
    const answers = this.#answers;
    if (request === undefined || answers === undefined) {
      this.#broken("a question that is none");
      return;
    }
    this.#phase = "asking";
    try {
      const answer = encodeReply(await answers.handle(request));
      if (this.#phase !== "asking") return;
      this.#phase = "running";
      this.#process.send({ is: "reply", body: answer });
    } catch (error) {
      // Whoever answers has answers for all that can be asked: this is a fault of the host's own.
      this.#kill("RuntimeFailure", { fault: "host", problem: error instanceof Error ? error.name : "unknown" });
    }
  }

  #ended(ended: Ended): void {
    const { kind, details, stdout, exitCode, fuel, memoryBytes } = ended;
    const told = detailsOf(details);
    const phase = this.#phase === "preparing" ? "preparing" : "running";
    const problem = told === undefined ? "details that are none" : claimProblem(phase, ended, told, this.#job);
    if (told === undefined || problem !== undefined) {
      this.#broken(problem ?? "");
      return;
    }
    const outputBytes = stdout.length;
    // One that refused a module may keep it or not; one that refused a request looked at no module. Where a stack ended, our own code may have stood on it.
    const mayServe = this.#phase === "running" ? told["trap"] !== "stack_exhausted" : told["fault"] === "input";
    this.#stopClock();
    const used = { fuel, memoryBytes, wallMs: this.#clock.milliseconds, outputBytes };
    const more = exitCode === undefined ? {} : { exitCode };
    this.#finish({ kind, details: told, stdout, ...more, used, ...this.#kept() }, mayServe);
  }

  #died({ broke, code, signal }: Death): void {
    this.#stopClock();
    const how = broke === undefined ? { fault: "process_died", code, signal } : { fault: "sandbox", problem: broke };
    this.#finish(this.#unfinished("RuntimeFailure", how), false);
  }

  /** From outside: the process says nothing more. */
  #kill(kind: OutcomeKind, details: JsonObject): void {
    if (this.#phase === "over") return;
    this.#process.listen(undefined);
    this.#process.kill();
    this.#stopClock();
    this.#finish(this.#unfinished(kind, details), false);
  }

  #unfinished(kind: OutcomeKind, details: JsonObject): CallOutcome {
    return {
      kind,
      details,
      stdout: new Uint8Array(0),
      used: { wallMs: this.#clock.milliseconds, outputBytes: 0 },
      ...this.#kept(),
    };
  }

  #kept(): Pick<CallOutcome, "log" | "allowed"> {
    this.#tellLog(this.#decoder?.decode() ?? "");
    return { log: this.#log, allowed: this.#job.quotas };
  }

  #finish(outcome: CallOutcome, mayServe: boolean): void {
    this.#phase = "over";
    this.#options.signal.removeEventListener("abort", this.#aborted);
    this.#process.listen(undefined);
    this.#process.busyMs += this.#clock.milliseconds;
    this.#ports.release(mayServe);
    this.#tellPrepared(outcome);
    this.#tellOver(outcome);
  }

  #startClock(): void {
    this.#clock.start();
    const left = Math.min(Math.max(0, this.#job.quotas.wallMs - this.#clock.milliseconds), MAX_TIMER_MS);
    this.#timer = setTimeout(() => this.#late(), left);
  }

  #stopClock(): void {
    this.#clock.stop();
    clearTimeout(this.#timer);
    clearTimeout(this.#looking);
  }

  #late(): void {
    const { wallMs } = this.#job.quotas;
    const details = { quota: "wall_clock_timeout_ms", used: this.#clock.milliseconds, allowed: wallMs };
    this.#kill("TimedOut", this.#phase === "preparing" ? { ...details, ...this.#preparation() } : details);
  }

  /** What its time went into where nothing of the module has run (spec 10.1: preparing counts). */
  #preparation(): JsonObject {
    const isKept = this.#process.keeps.has(moduleKey(this.#job));
    return { phase: "preparing", ...(isKept ? {} : { module_bytes: this.#job.module.length }) };
  }

  /** Looks at the memory of the process, again and again while it works. */
  #look(): void {
    const { residentOf } = this.#ports;
    const { pid, limits } = this.#process;
    if (residentOf === undefined || pid === undefined) return;
    this.#looking = setTimeout(async () => {
      const used = await residentOf(pid);
      if (!this.#clock.isRunning) return;
      if (used === undefined || used <= limits.memoryBytes) return this.#look();
      this.#kill("QuotaExceeded", { quota: "process_memory_bytes", used, allowed: limits.memoryBytes });
    }, LOOK_MS);
  }
}

/** The process's own words, read as a stranger's. */
function detailsOf(text: string): JsonObject | undefined {
  try {
    const node = parseJson(text, { maxDepth: 8 });
    const value = toValue(node);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is JsonObject => typeof value === "object" && value !== null && !Array.isArray(value);
