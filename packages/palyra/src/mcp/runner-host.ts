/** The tools of a home, as the MCP server asks for them: what may run, and the one way to run it (spec 10). */
import { decodeUtf8, encodeUtf8 } from "palyra-skills/encoding";
import type { Call } from "../call.ts";
import { isRefusal } from "../errors.ts";
import { basisOf, type LaunchPlan, type Runner, type RunToolResult } from "../execution/index.ts";
import { allowanceLines } from "../operations/shared/approval-question.ts";
import { shownTool } from "../operations/shared/tool-shapes.ts";
import { type OutcomeOf, tellOutcome } from "../operations/wording/outcomes.ts";
import { approvalCommand } from "../operations/wording/run-refusals.ts";
import { safe } from "../operations/wording/safe.ts";
import { tellingOf } from "../operations/wording/sentences.ts";
import { NOTHING_TYPED, namesPlace, type Typed } from "../operations/wording/typed.ts";
import { isNestedTooDeeply } from "./nesting.ts";
import { CallPlaces } from "./places.ts";
import type { HostedTool, Ran, ToolAnswer, ToolCall, ToolHost } from "./tool-host.ts";
import { summaryOf, ToolWatch } from "./watch.ts";

export interface RunnerHostPorts {
  readonly runner: Runner;
  /** A call of this moment by that principal. */
  readonly callOf: (principal: string, signal: AbortSignal) => Call;
  /** By whom lists are asked for. */
  readonly principal: string;
  /** Whether several clients may call at a time, from elsewhere: they are told of no place of this host (T44). */
  readonly isShared: boolean;
  /** As `WatchPorts.mark`, of the files on which eligibility rests. */
  readonly mark: () => string;
  /** What else a person is told who said yes to such a call before; lines that are safe to show. */
  readonly saidBefore: (plan: LaunchPlan) => Promise<readonly string[]>;
  /** What commands that are told need, to be of this home. */
  readonly typed: Typed;
  /** What failed in a way that nobody foresaw. */
  readonly failed: (error: unknown) => void;
}

/** Calls at a time, of all clients. */
export const MAX_CALLS = 32;
/** Code points of what is said of an outcome, and faults in it: whoever reads it pays for it by the word. */
export const MAX_DETAILS = 600;
const MAX_FAULTS = 5;

export class RunnerHost implements ToolHost {
  readonly #ports: RunnerHostPorts;
  readonly #watch: ToolWatch;
  readonly #places: CallPlaces;

  constructor(ports: RunnerHostPorts) {
    this.#ports = ports;
    this.#places = new CallPlaces(MAX_CALLS, ports.isShared);
    const tools = () => ports.runner.peek(ports.callOf(ports.principal, NEVER));
    this.#watch = new ToolWatch({ mark: ports.mark, summary: async () => summaryOf(await tools()) });
  }

  async list(): Promise<readonly HostedTool[]> {
    const { runner, callOf, principal } = this.#ports;
    try {
      return (await runner.list(callOf(principal, NEVER))).map(shownTool);
    } catch (error) {
      const { code, message } = this.#refusedBy(error);
      throw new Error(code === INTERNAL ? message : `${code}: ${message}`);
    }
  }

  async call({ tool, names, input, session, client, principal, approval, signal, onStep, onLog }: ToolCall): Promise<ToolAnswer> {
    const { runner, callOf, saidBefore, isShared } = this.#ports;
    const request = { tool, exactly: names, input: encodeUtf8(input), surface: "mcp" as const, session, approval };
    const giveBack = this.#places.take(client);
    if (giveBack === undefined) return BUSY;
    try {
      return answerOf(await runner.run(request, callOf(principal, signal), { onStep, onLog }));
    } catch (error) {
      if (!isRefusal(error, "ApprovalRequired")) return this.#refusedBy(error);
      try {
        const plan = await runner.plan(request, callOf(principal, signal));
        const shown = isShared ? { ...plan, grants: withoutFolders(plan) } : plan;
        const allowance = [...allowanceLines(shown), ...(await saidBefore(plan))];
        return asking(plan, approvalCommand(error.details, this.#typed), allowance);
      } catch (problem) {
        return this.#refusedBy(problem);
      }
    } finally {
      giveBack();
    }
  }

  onChange(listener: () => void): () => void {
    return this.#watch.onChange(listener);
  }

  /** Whoever calls from elsewhere knows no place of this host, nor need it: a person at its terminal knows his own. */
  get #typed(): Typed {
    return this.#ports.isShared ? NOTHING_TYPED : this.#ports.typed;
  }

  #refusedBy(error: unknown): Refused {
    const { isShared, failed } = this.#ports;
    const telling = tellingOf(error, this.#typed);
    if (telling === undefined) {
      failed(error);
      return { kind: "refused", code: INTERNAL, message: FAILED };
    }
    const { code, message, hint } = telling;
    const said = hint === undefined ? message : `${message} (${hint})`;
    if (!isShared || !namesPlace(said)) return { kind: "refused", code, message: said };
    failed(error);
    return { kind: "refused", code, message: "something of this host stands in the way; the host's log has more" };
  }
}

type Refused = Extract<ToolAnswer, { readonly kind: "refused" }>;

const INTERNAL = "Internal";
const FAILED = "the host failed; its log has more";

const BUSY: ToolAnswer = {
  kind: "refused",
  code: "Busy",
  message: `as many calls are under way as this client may have, of the ${MAX_CALLS} that all have together; call again when some have ended`,
};

/** The question is of the plan as it is now, and a yes binds that very plan (T28). */
function asking(plan: LaunchPlan, command: string, allowance: readonly string[]): ToolAnswer {
  const { skill, decision } = plan;
  const waiting = decision.kind === "approval" ? decision.waiting : [];
  return {
    kind: "asks",
    basis: basisOf(plan),
    command,
    skillId: skill.skillId,
    version: skill.version,
    reasons: waiting.map(({ action, resource }) => `${action} on ${safe(resource)}`),
    allowance,
  };
}

/** Of a root that the operator laid somewhere, its name. */
function withoutFolders({ grants, granted }: LaunchPlan): readonly string[] {
  const names = new Map(granted.roots.map(({ root, folder }) => [`root=${root} ${folder}`, `root=${root}`]));
  return grants.map((grant) => names.get(grant) ?? grant);
}

const NEVER = new AbortController().signal;

function answerOf(result: RunToolResult): ToolAnswer {
  const { toolId, skill } = result;
  const { kind, details, stdout } = result.outcome;
  const ran = ranOf(result);
  const output = kind === "Ok" ? jsonIn(stdout) : undefined;
  if (output !== undefined) return { kind: "ok", ...output, ran };
  if (kind === "Ok") return { kind: "failed", outcome: "RuntimeFailure", message: "what it answered is no JSON", details, ran };
  const message = shortly({ outcome: kind, details, tool_id: toolId, skill_id: skill.skillId });
  return { kind: "failed", outcome: kind, message, details, ran };
}

/** As a person is told, on one line. */
function shortly(of: OutcomeOf): string {
  const { says = "", lists = [], hint } = tellOutcome(of) ?? {};
  const faults = lists.slice(0, MAX_FAULTS).join("; ");
  const told = faults === "" ? says : `${says}: ${faults}`;
  // What it was denied is of the tool's own choosing: a model is handed no command that grants it (T44).
  const aside = hint === undefined || of.outcome === "CapabilityDenied" ? "" : ` (${hint})`;
  return told.length + aside.length <= MAX_DETAILS ? told + aside : safe(told, MAX_DETAILS);
}

/** A tool without an output schema may answer nothing, or what is no JSON. */
function jsonIn(stdout: Uint8Array): { readonly output: string; readonly value: unknown } | undefined {
  const text = decodeUtf8(stdout)?.trim();
  if (text === undefined) return undefined;
  if (text === "") return { output: "null", value: null };
  // Its process has held it against less: that one's word is no bound (spec 10.3).
  if (isNestedTooDeeply(text)) return undefined;
  try {
    return { output: text, value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

function ranOf({ outcome, receipt, skill }: RunToolResult): Ran {
  const { fuel, memoryBytes, wallMs, outputBytes } = outcome.used;
  return {
    ...skill,
    receipt: receipt.receipt_id,
    usage: {
      ...(fuel === undefined ? {} : { fuel }),
      ...(memoryBytes === undefined ? {} : { memory_bytes: memoryBytes }),
      wall_ms: wallMs,
      output_bytes: outputBytes,
    },
  };
}
