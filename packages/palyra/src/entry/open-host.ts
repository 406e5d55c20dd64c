import { encodeUtf8, type JsonValue, toHex, writeJson } from "palyra-skills/encoding";
import { type Call, principalProblem } from "../call.ts";
import { PalyraError } from "../errors.ts";
import type { AskApproval, LaunchPlan, RunnableTool, Runner, RunToolRequest, RunToolResult } from "../execution/index.ts";
import type { Home } from "../lifecycle/home.ts";
import { summaryOf, ToolWatch } from "../mcp/watch.ts";
import { Once } from "../once.ts";
import type { Services } from "../operations/services.ts";
import { approvalQuestion } from "../operations/shared/approval-question.ts";
import { changedSince } from "../operations/shared/changed-since.ts";
import { jsonOutput } from "../operations/shared/json-output.ts";
import { plainJson } from "../operations/shared/plain-json.ts";
import { compose, LONG_LIVED } from "./compose.ts";
import { HomeMark } from "./home-mark.ts";
import type { CallOptions, CallPlan, CallResult, Host, HostOptions, HostTool, PlanOptions } from "./host-api.ts";
import { answerOf, checkJson, takenCallOptions, takenHostOptions } from "./host-arguments.ts";

/** Opens the tools of a state root; reads nothing of it yet. `Usage`, `JournalUnavailable` where the options do not hold. */
export function openHost(options: HostOptions = {}): Host {
  const { env = process.env, askSecret, session, onWarning, ...settings } = takenHostOptions(options);
  const ours = { ...(session === undefined ? {} : { session }), ...(onWarning === undefined ? {} : { onWarning }) };
  return hostOf(compose(settings, env, askSecret, LONG_LIVED), ours);
}

/** The same over services that are there, of options that were checked. */
export function hostOf(services: Services, options: Pick<HostOptions, "session" | "onWarning"> = {}): Host {
  return new HomeHost(services, options);
}

class HomeHost implements Host {
  readonly #services: Services;
  readonly #session: string;
  readonly #warn: (text: string) => void;
  readonly #watch: ToolWatch;
  readonly #listening = new Set<() => void>();
  /** What is under way, and what ends it. */
  readonly #under = new Map<AbortController, Promise<unknown>>();
  readonly #runner: Once<Runner>;
  #closed: Promise<void> | undefined;

  constructor(services: Services, { session, onWarning }: Pick<HostOptions, "session" | "onWarning">) {
    requirePrincipal(services.settings.principal.value);
    this.#services = services;
    this.#runner = new Once(() => services.runner());
    this.#session = session ?? `host:${toHex(services.randomBytes(16))}`;
    this.#warn = heedless(onWarning ?? ((text) => process.emitWarning(text, "PalyraWarning")));
    const files = new HomeMark(services.home.places, services.settings);
    this.#watch = new ToolWatch({
      mark: () => files.look(),
      summary: async () => summaryOf(await this.#peek()),
    });
  }

  tools(): Promise<readonly HostTool[]> {
    return this.#during(undefined, async (signal) =>
      (await (await this.#runner.get()).list(this.#call(undefined, signal))).map(hostTool),
    );
  }

  #peek(): Promise<readonly RunnableTool[]> {
    return this.#during(undefined, async (signal) => (await this.#runner.get()).peek(this.#call(undefined, signal)));
  }

  async call(tool: string, input: JsonValue = {}, options: CallOptions = {}): Promise<CallResult> {
    const given = takenCallOptions(tool, options);
    return this.#during(given.signal, async (signal) => {
      const request = this.#request(tool, input, given);
      const { approve, onLog, onStep, principal } = given;
      const ask = approve === undefined ? undefined : asking(this.#services.home, approve, request.input, signal);
      const runner = await this.#runner.get();
      return resultOf(await runner.run(request, this.#call(principal, signal), { ask, onLog, onStep }));
    });
  }

  async plan(tool: string, input: JsonValue = {}, options: PlanOptions = {}): Promise<CallPlan> {
    const given = takenCallOptions(tool, options);
    return this.#during(undefined, async (signal) => {
      const request = this.#request(tool, input, given);
      return planOf(await (await this.#runner.get()).plan(request, this.#call(given.principal, signal)));
    });
  }

  onChange(listener: () => void): () => void {
    if (this.#closed !== undefined) throw closed();
    if (typeof listener !== "function") throw new PalyraError("Usage", { problem: "the listener is not a function" });
    // The same function may be given twice; each time is ended by itself.
    const stop = this.#watch.onChange(() => this.#tell(listener));
    this.#listening.add(stop);
    return () => {
      this.#listening.delete(stop);
      stop();
    };
  }

  /** One that fails keeps nobody else from hearing, now or later. */
  #tell(listener: () => void): void {
    try {
      listener();
    } catch (error) {
      this.#warn(`What is told of a change could not be taken: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    for (const stop of this.#listening) stop();
    for (const ending of this.#under.keys()) ending.abort();
    await Promise.allSettled(this.#under.values());
    // One that could not be opened has nothing to end.
    await (await this.#runner.made())?.close();
    await this.#services.close();
  }

  /** Something that `close` ends, and waits for. */
  async #during<Value>(signal: AbortSignal | undefined, body: (signal: AbortSignal) => Promise<Value>): Promise<Value> {
    if (this.#closed !== undefined) throw closed();
    const ending = new AbortController();
    const end = (): void => ending.abort();
    if (signal?.aborted === true) end();
    signal?.addEventListener("abort", end, { once: true });
    const doing = body(ending.signal);
    this.#under.set(ending, doing);
    try {
      return await doing;
    } finally {
      this.#under.delete(ending);
      signal?.removeEventListener("abort", end);
    }
  }

  #request(tool: string, input: JsonValue, { skill, version, maxFuel }: PlanOptions): RunToolRequest {
    if (maxFuel !== undefined && maxFuel < 1n) throw new PalyraError("Usage", { problem: "maxFuel is less than 1" });
    return { tool, skillId: skill, version, input: inputBytes(input), surface: "library", session: this.#session, maxFuel };
  }

  #call(principal: string | undefined, signal: AbortSignal): Call {
    const { settings } = this.#services;
    const caller = principal ?? settings.principal.value;
    requirePrincipal(caller);
    return {
      now: Date.now(),
      clock: Date.now,
      principal: caller,
      deviceId: settings.deviceId.value,
      channel: settings.channel.value,
      signal,
      progress: () => {},
      warn: this.#warn,
    };
  }
}

/** A remark that its reader does not take ends no call, and stands in the place of no refusal. */
const heedless =
  (warn: (text: string) => void): ((text: string) => void) =>
  (text) => {
    try {
      warn(text);
    } catch {}
  };

/** Whoever writes a schema as JSON meets no bigint in it, and changes what is theirs alone. */
const hostTool = ({ inputSchema, outputSchema, ...tool }: RunnableTool): HostTool => ({
  ...tool,
  inputSchema: plainJson(inputSchema),
  outputSchema: plainJson(outputSchema),
});

const closed = (): PalyraError => new PalyraError("Usage", { problem: "the host is closed" });

/** What is no JSON by its type is refused here; all else of it is looked at in the tool's process. */
function inputBytes(input: JsonValue): Uint8Array {
  checkJson(input);
  try {
    return encodeUtf8(writeJson(input));
  } catch (cause) {
    if (!(cause instanceof TypeError || cause instanceof RangeError)) throw cause;
    throw new PalyraError("Usage", { problem: "the input cannot be written as JSON" }, { cause });
  }
}

/** A call that ends while a person thinks is a no. */
const asking =
  (home: Home, approve: NonNullable<CallOptions["approve"]>, input: Uint8Array, signal: AbortSignal): AskApproval =>
  async (plan) => {
    const { skill, tool, grants, subject } = plan;
    const { skillId, version, artifactSha256 } = skill;
    const { publisher } = skill.artifact.manifest;
    const { context, question } = approvalQuestion(plan, input);
    const said = { context: [...context, ...(await changedSince(home, subject))], question };
    const about = { toolId: tool.id, skillId, version, publisher, artifactSha256, grants, ...said };
    let end = (): void => {};
    const ended = new Promise<undefined>((resolve) => {
      end = () => resolve(undefined);
    });
    if (signal.aborted) return undefined;
    signal.addEventListener("abort", end, { once: true });
    try {
      return answerOf(await Promise.race([approve(about, signal), ended]));
    } finally {
      signal.removeEventListener("abort", end);
    }
  };

function resultOf({ outcome, receipt, skill, toolId }: RunToolResult): CallResult {
  const { kind, details, stdout, log, exitCode, used, allowed } = outcome;
  const output = kind === "Ok" ? jsonOutput(stdout) : null;
  return { outcome: kind, details, output, stdout, log, exitCode, used, allowed, toolId, ...skill, receipt };
}

function planOf({ skill, tool, modulePath, decision, approval, grants, quotas }: LaunchPlan): CallPlan {
  const { skillId, version, artifactSha256 } = skill;
  return {
    toolId: tool.id,
    skillId,
    version,
    artifactSha256,
    module: modulePath,
    decision: decision.kind,
    isApproved: approval !== undefined,
    requests: decision.asked,
    grants,
    quotas,
  };
}

/** Of a program, whose users may choose what they are called. `Usage`. */
function requirePrincipal(principal: string): void {
  const problem = principal.trim() === "" ? "is blank" : principalProblem(principal);
  if (problem !== undefined) throw new PalyraError("Usage", { problem: `principal ${problem}` });
}
