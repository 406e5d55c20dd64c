import type { JsonObject, JsonValue } from "palyra-skills/encoding";
import type { Receipt } from "palyra-skills/receipt";
import * as v from "valibot";
import type { Call } from "../../call.ts";
import type { LaunchPlan, RunToolRequest, RunToolResult } from "../../execution/index.ts";
import type { Home } from "../../lifecycle/home.ts";
import { APPROVAL_SCOPES, type ApprovalScope, approvalId } from "../../policy/index.ts";
import { choice, flag, integer, outputFile } from "../field.ts";
import { operation } from "../operation.ts";
import type { Services } from "../services.ts";
import { approvalQuestion, withheldGrants } from "../shared/approval-question.ts";
import { readApprovals } from "../shared/authorization-writes.ts";
import { changedSince } from "../shared/changed-since.ts";
import { type ExplainedRequest, explainedRequests } from "../shared/explained-request.ts";
import { version } from "../shared/inputs.ts";
import { jsonOutput, unlikeOutput } from "../shared/json-output.ts";
import { LAUNCH_ERRORS, ofSkill, toolName } from "../shared/launch-inputs.ts";
import { logLines } from "../shared/log-lines.ts";
import { requireNew, writeNewFile } from "../shared/new-file.ts";
import { inputOptions, inputProblem, isOfStdin, readInput, readInputOrStdin, requireJson } from "../shared/tool-input.ts";
import { safe } from "../wording/safe.ts";
import { size } from "../wording/units.ts";

export interface RunDocument {
  readonly tool_id: string;
  readonly skill_id: string;
  readonly version: string;
  /** Spec 10.1. */
  readonly outcome: RunToolResult["outcome"]["kind"];
  /** Which quota and how much, which capability, which fault and where. */
  readonly details: JsonObject;
  /** What the tool answered: of a stranger, and not to be believed. Null where it is no JSON, or nothing was answered. */
  readonly output: JsonValue;
  /** Only with `--output`: where the tool's own bytes are, null where it has no answer (the outcome is not `Ok`). */
  readonly output_file?: string | null;
  readonly exit_code: number | null;
  /** What it wrote to stderr. */
  readonly log: string;
  readonly receipt: Receipt;
  /** Only with `--trace`: milliseconds from the beginning to each step. */
  readonly trace?: readonly { readonly step: string; readonly at_ms: number }[];
}

/** What a run may do, without doing it. */
export interface RunPlanDocument {
  readonly dry_run: true;
  readonly tool_id: string;
  readonly skill_id: string;
  readonly version: string;
  readonly artifact_sha256: string;
  readonly module: string;
  readonly decision: "allowed" | "approval" | "denied";
  readonly approval_id: string | null;
  readonly requests: readonly ExplainedRequest[];
  readonly grants: readonly string[];
  /** What its manifest asks for and is not given. */
  readonly withheld: readonly string[];
  readonly fuel: bigint;
  readonly memory_bytes: number;
  readonly wall_ms: number;
}

export const run = operation({
  input: v.strictObject({
    tool: toolName,
    skill: ofSkill,
    version,
    ...inputOptions,
    maxFuel: v.optional(integer("N", "Units of fuel at most; lower than the manifest's only", 1)),
    approve: v.optional(choice(APPROVAL_SCOPES, "SCOPE", "For how long a yes to the question is good"), "once"),
    output: v.optional(
      outputFile("Write what it answers there, byte for byte, instead of to stdout; it must not be there yet", { stdout: true }),
    ),
    trace: flag("Show when each step was done, and what was used of what it may use"),
    dryRun: flag("Show what it may do, and run nothing"),
  }),
  positional: ["tool"],
  places: ["skillsDir", "trustStore", "auditPolicy", "vex", "authorizationPolicy"],
  examples: [
    `skills run acme.echo --input '{"text":"hi"}'`,
    "skills run acme.echo.say --input-file request.json --json",
    "skills run acme.weather.today --dry-run",
    "skills run acme.echo < request.json",
  ],
  notes:
    "Runs one tool of an installed skill in a process of its own, within its quotas, with what it declared and nothing else. What asks for approval asks you first; --approve always keeps the answer (skills approvals), --yes does not answer it, and keeps it from being asked. --dry-run asks and runs nothing, and looks at the input as JSON alone: whether its schema takes it the process says in which a tool runs. What it logs goes to stderr while it runs. Without --input and --input-file a pipe or a file on stdin is the input, all of it: a loop that reads its own stdin gives one of them. stdout has what the tool answers, as JSON is laid out here, and nothing where the outcome is not Ok; a receipt is of the tool's own bytes, which --output FILE writes. Exits with 1 where the outcome is not Ok, with 130 where you interrupt it.",
  asks: true,
  errors: [...LAUNCH_ERRORS, "PolicyDenied", "ApprovalRequired", "Declined", "SandboxUnavailable"],
  problem: (asked) =>
    inputProblem(asked) ?? (asked.dryRun && asked.output !== undefined ? "--output and --dry-run exclude each other" : undefined),
  run: async (services, asked, call): Promise<RunDocument | RunPlanDocument> => {
    const runner = await services.runner({ runsAtOnce: !asked.dryRun });
    const interruption = services.interruption?.();
    try {
      const request: RunToolRequest = {
        tool: asked.tool,
        skillId: asked.skill,
        version: asked.version,
        // What nothing runs on is not waited for.
        input: await (asked.dryRun ? readInput(services, asked) : readInputOrStdin(services, asked, call)),
        surface: "terminal",
        session: sessionOf(services, asked, call),
        maxFuel: asked.maxFuel === undefined ? undefined : BigInt(asked.maxFuel),
      };
      if (asked.dryRun) {
        requireJson(request.input);
        const plan = await runner.plan(request, call);
        warnOfFuel(asked.maxFuel, plan.quotas.fuel, call);
        return planDocument(plan);
      }
      // Before it runs: an answer that cannot be kept is lost.
      if (asked.output !== undefined) await requireNew(asked.output);
      const began = performance.now();
      const trace: { step: string; at_ms: number }[] = [];
      const onStep = (step: string): void => {
        trace.push({ step, at_ms: Math.round((performance.now() - began) * 10) / 10 });
        // Before, nothing has begun: the process ends at once. From here on there is an outcome to be journaled (spec 10, step 5).
        if (step === "authorized") interruption?.listen();
      };
      const log = logLines(call);
      let wasAsked = false;
      const asks = asking(services.home, call, request.input, asked.approve);
      const ask = (plan: LaunchPlan): ReturnType<typeof asks> => {
        wasAsked = true;
        return asks(plan);
      };
      const signal = interruption === undefined ? call.signal : AbortSignal.any([call.signal, interruption.signal]);
      const result = await runner.run(request, { ...call, signal }, { ask: call.ask && ask, onStep, onLog: log.take });
      log.end();
      onStep("finished");
      warnOfFuel(asked.maxFuel, result.receipt.fuel_allowed, call);
      if (result.outcome.details["fault"] === "input" && isOfStdin(services, asked)) call.warn(FROM_STDIN);
      if (result.outcome.kind !== "Ok") {
        const { beginningRemarks, fileRemarks } = await import("../shared/run-remarks.ts");
        for (const remark of [...beginningRemarks(result.outcome), ...fileRemarks(result.outcome, asked)]) call.warn(remark);
      }
      if (!wasAsked) await warnOfUnkept(services, asked.approve, result, call);
      const written = asked.output === undefined ? {} : { output_file: await writeAnswer(asked.output, result, call) };
      // Of another outcome nothing is written to a file, either.
      const isShown = asked.output === undefined && result.outcome.kind === "Ok";
      const unlike = isShown ? unlikeOutput(result.outcome.stdout) : undefined;
      if (unlike !== undefined) call.warn(`${unlike}: --output FILE writes the tool's own bytes`);
      return { ...runDocument(result), ...written, ...(asked.trace ? { trace } : {}) };
    } finally {
      interruption?.end();
      await runner.close();
    }
  },
  failed: (document) => {
    if (!("outcome" in document)) return false;
    // On a terminal nothing else cancels a run.
    return document.details["fault"] === "cancelled" ? "interrupted" : document.outcome !== "Ok";
  },
});

/** Null: only an outcome that is `Ok` has an answer, as in its receipt. */
async function writeAnswer(file: string, result: RunToolResult, call: Call): Promise<string | null> {
  const { outcome, receipt, toolId } = result;
  if (outcome.kind !== "Ok") return null;
  try {
    await writeNewFile(file, outcome.stdout);
  } catch (error) {
    // Whoever runs it again does it twice.
    call.warn(`${toolId} ran all the same, and its answer is lost: receipt ${receipt.receipt_id}`);
    throw error;
  }
  call.tell?.([`written: ${size(outcome.stdout.length)} to ${safe(file)}`]);
  return file;
}

/** No shell's: what was approved for one of them does not stand where a person asks for a yes that always holds, and can be asked for it. */
const NO_SESSION = "none";

const sessionOf = (
  { session }: Services,
  { approve, dryRun }: { readonly approve: ApprovalScope; readonly dryRun: boolean },
  { ask }: Call,
): string => (approve === "always" && ask !== undefined && !dryRun ? NO_SESSION : session());

/** A loop over the lines of its own stdin did not mean to give them away (`while read …; do palyra skills run …; done`). */
const FROM_STDIN =
  "stdin was read for the input, all of it, since neither --input nor --input-file was given; to give none: --input '{}'";

/** A limit that is above what holds anyway: whoever typed it may believe that it raised something. */
function warnOfFuel(typed: number | undefined, allowed: bigint, { warn }: Call): void {
  if (typed !== undefined && BigInt(typed) > allowed)
    warn(`--max-fuel ${typed} lowers nothing: its manifest and the operator allow no more than ${allowed}`);
}

const asking =
  (home: Home, call: Call, input: Uint8Array, scope: ApprovalScope) =>
  async (plan: LaunchPlan): Promise<ApprovalScope | undefined> => {
    const { context, question } = approvalQuestion(plan, input);
    const lasts = { once: "this once", session: "for this session", always: "always" }[scope];
    const said = [...context, ...(await changedSince(home, plan.subject))];
    const isYes = await call.ask?.({ context: said, question: question.replace(/\?$/, `, ${lasts}?`) });
    return isYes === true ? scope : undefined;
  };

/** Whoever said for how long a yes is good, and was not asked for one: nothing was kept, unless it was before. */
async function warnOfUnkept(
  { home, session }: Services,
  scope: ApprovalScope,
  { receipt, toolId, outcome }: RunToolResult,
  { warn }: Call,
): Promise<void> {
  // What the tool does not take ends before anybody would be asked.
  if (scope === "once" || outcome.kind === "InvalidInput") return;
  const kept = new Set((await readApprovals(home)).map(({ id }) => id));
  const isKept = (of: string | null): boolean => kept.has(approvalId(receipt, of, home.platform));
  if (isKept(null)) return;
  if (!isKept(session())) warn(`--approve ${scope} kept nothing: ${toolId} starts without anybody's yes`);
  else if (scope === "always")
    warn(
      `--approve always kept nothing: it is approved for this session already, and nobody can be asked here; for always: palyra skills approvals add ${toolId}`,
    );
}

function runDocument({ outcome, receipt, skill, toolId }: RunToolResult): RunDocument {
  const { kind, details, stdout, log, exitCode } = outcome;
  const { skillId: skill_id, version } = skill;
  const exit_code = exitCode ?? null;
  return { tool_id: toolId, skill_id, version, outcome: kind, details, output: jsonOutput(stdout), exit_code, log, receipt };
}

function planDocument(plan: LaunchPlan): RunPlanDocument {
  const { skill, subject, modulePath, decision, approval, grants, quotas } = plan;
  return {
    dry_run: true,
    tool_id: subject.tool_id,
    skill_id: subject.skill_id,
    version: skill.version,
    artifact_sha256: subject.artifact_sha256,
    module: modulePath,
    decision: decision.kind,
    approval_id: approval?.id ?? null,
    requests: explainedRequests(plan),
    grants,
    withheld: withheldGrants(plan),
    fuel: quotas.fuel,
    memory_bytes: quotas.memoryBytes,
    wall_ms: quotas.wallMs,
  };
}
