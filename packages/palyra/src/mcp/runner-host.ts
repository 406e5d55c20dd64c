/** The tools of a home, as the MCP server asks for them: what may run, and the one way to run it (spec 10). */
import { createHash } from "node:crypto";
import { decodeUtf8, encodeUtf8, writeJson } from "palyra-skills/encoding";
import type { Call } from "../call.ts";
import { isRefusal } from "../errors.ts";
import type { LaunchPlan, RunnableTool, Runner, RunToolResult } from "../execution/index.ts";
import { allowanceLines } from "../operations/shared/approval-question.ts";
import { safe } from "../operations/wording/safe.ts";
import { tellingOf } from "../operations/wording/sentences.ts";
import type { HostedTool, Ran, ToolAnswer, ToolCall, ToolHost } from "./tool-host.ts";
import { ToolWatch } from "./watch.ts";

export interface RunnerHostPorts {
  readonly runner: Runner;
  /** A call of this moment by that principal. */
  readonly callOf: (principal: string, signal: AbortSignal) => Call;
  /** By whom lists are asked for. */
  readonly principal: string;
  /** As `WatchPorts.mark`, of the files on which eligibility rests. */
  readonly mark: () => string;
  /** What failed in a way that nobody foresaw. */
  readonly failed: (error: unknown) => void;
}

/** Calls at a time, of all clients: each that waits for a process holds files open. */
const MAX_CALLS = 32;
/** Code points of what an outcome says of itself. */
const MAX_DETAILS = 600;

export class RunnerHost implements ToolHost {
  readonly #ports: RunnerHostPorts;
  readonly #watch: ToolWatch;
  #running = 0;

  constructor(ports: RunnerHostPorts) {
    this.#ports = ports;
    this.#watch = new ToolWatch({ mark: ports.mark, summary: () => this.#summary() });
  }

  async list(): Promise<readonly HostedTool[]> {
    const { runner, callOf, principal } = this.#ports;
    return (await runner.list(callOf(principal, NEVER))).map(hosted);
  }

  async call({ tool, input, session, principal, approval, signal, onStep, onLog }: ToolCall): Promise<ToolAnswer> {
    const { runner, callOf, failed } = this.#ports;
    const request = { tool, exactly: true as const, input: encodeUtf8(input), surface: "mcp" as const, session, approval };
    if (this.#running >= MAX_CALLS)
      return { kind: "refused", code: "Busy", message: `${MAX_CALLS} calls are under way; call again when some have ended` };
    this.#running += 1;
    try {
      return answerOf(await runner.run(request, callOf(principal, signal), { onStep, onLog }));
    } catch (error) {
      if (!isRefusal(error, "ApprovalRequired")) return refusedBy(error, failed);
      return await runner.plan(request, callOf(principal, signal)).then(asking, (problem: unknown) => refusedBy(problem, failed));
    } finally {
      this.#running -= 1;
    }
  }

  onChange(listener: () => void): () => void {
    return this.#watch.onChange(listener);
  }

  /** Words and schemas change only with the artifact. */
  async #summary(): Promise<string> {
    const hash = createHash("sha256");
    const { runner, callOf, principal } = this.#ports;
    for (const { toolId, artifactSha256 } of await runner.list(callOf(principal, NEVER)))
      hash.update(`${toolId} ${artifactSha256}\n`);
    return hash.digest("hex");
  }
}

/** The question is of the plan as it is now, and a yes binds that very plan (T28). */
function asking(plan: LaunchPlan): ToolAnswer {
  const { skill, decision, basis } = plan;
  const waiting = decision.kind === "approval" ? decision.waiting : [];
  return {
    kind: "asks",
    basis,
    skillId: skill.skillId,
    version: skill.version,
    reasons: waiting.map(({ action, resource }) => `${action} on ${safe(resource)}`),
    allowance: allowanceLines(plan),
  };
}

function refusedBy(error: unknown, failed: RunnerHostPorts["failed"]): ToolAnswer {
  const telling = tellingOf(error);
  if (telling === undefined) {
    failed(error);
    return { kind: "refused", code: "Internal", message: "the host failed; its log has more" };
  }
  const { code, message, hint } = telling;
  return { kind: "refused", code, message: hint === undefined ? message : `${message} (${hint})` };
}

const NEVER = new AbortController().signal;

function hosted(tool: RunnableTool): HostedTool {
  const { toolId, name, description, inputSchema, outputSchema, skillId, version, publisher, risk, capabilities } = tool;
  const { http_egress_allowlist, filesystem } = capabilities;
  return {
    id: toolId,
    title: name,
    description,
    inputSchema,
    outputSchema,
    skillId,
    version,
    publisher,
    uses: {
      hosts: http_egress_allowlist,
      writeRoots: filesystem.write_roots,
      sensitive: risk.default_sensitive,
    },
  };
}

function answerOf(result: RunToolResult): ToolAnswer {
  const { kind, details, stdout } = result.outcome;
  const ran = ranOf(result);
  const output = kind === "Ok" ? jsonIn(stdout) : undefined;
  if (output !== undefined) return { kind: "ok", output, ran };
  if (kind === "Ok") return { kind: "failed", outcome: "RuntimeFailure", message: "what it answered is no JSON", details, ran };
  return { kind: "failed", outcome: kind, message: safe(writeJson(details), MAX_DETAILS), details, ran };
}

/** A tool without an output schema may answer nothing, or what is no JSON. */
function jsonIn(stdout: Uint8Array): string | undefined {
  const text = decodeUtf8(stdout)?.trim();
  if (text === undefined) return undefined;
  if (text === "") return "null";
  try {
    JSON.parse(text);
    return text;
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
