/** What is written of runs and of refusals (spec 10, step 5). */
import { SkillError } from "palyra-skills";
import type { JsonObject } from "palyra-skills/encoding";
import type { Call } from "../call.ts";
import { PalyraError } from "../errors.ts";
import { type EventKind, newEvent } from "../journal/index.ts";
import type { Authorized } from "./authorize.ts";
import type { CapabilityUse } from "./broker/index.ts";
import { draftReceipt, finishReceipt, outputSha256, type ReceiptDraft, type UnsignedReceipt } from "./receipts.ts";
import type { RunEnd, RunToolPorts, RunToolRequest, RunToolResult } from "./run-types.ts";

/** What of a receipt is known before its run is over. What the vault throws. */
export const beginReceipt = (ports: RunToolPorts, input: Uint8Array): Promise<ReceiptDraft> =>
  draftReceipt(ports.receipts, ports.tools.newUlid(ports.now()), input);

/** The event of the outcome has the receipt, and its id: the one is never without the other. */
export async function recordOutcome(
  ports: RunToolPorts,
  run: RunEnd & {
    readonly authorized: Authorized;
    readonly request: RunToolRequest;
    readonly uses: readonly CapabilityUse[];
  },
  call: Call,
): Promise<RunToolResult> {
  const { authorized, request, outcome, permit, uses } = run;
  const { skill, tool } = authorized.plan;
  const draft = run.draft ?? (await beginReceipt(ports, request.input));
  const output = outputSha256(ports.receipts, draft, outcome.kind === "Ok" ? outcome.stdout : null);
  const receipt = await finishReceipt(ports.receipts, termsOf(draft, output, run, call));
  const payload: JsonObject = {
    skill_id: skill.skillId,
    version: skill.version,
    tool_id: tool.id,
    surface: request.surface,
    outcome: outcome.kind,
    details: outcome.details,
    started_seq: permit?.seq ?? null,
    approved: authorized.approved,
    uses: uses.map((use) => ({ ...use })),
    receipt,
  };
  await append(ports, draft.receipt_id, { ...call, now: run.finishedAt }, "skill.finished", payload);
  const { skillId, version, artifactSha256 } = skill;
  return { outcome, receipt, skill: { skillId, version, artifactSha256 }, toolId: tool.id };
}

function termsOf(
  { receipt_id, input_sha256 }: ReceiptDraft,
  output_sha256: string | null,
  { authorized: { plan }, request, outcome, startedAt, finishedAt }: Parameters<typeof recordOutcome>[1],
  { principal, deviceId, channel }: Call,
): UnsignedReceipt {
  const { skill, tool, module, grants, policies } = plan;
  const { used, allowed } = outcome;
  return {
    receipt_id,
    principal,
    device_id: deviceId,
    channel,
    surface: request.surface,
    skill_id: skill.skillId,
    version: skill.version,
    tool_id: tool.id,
    artifact_sha256: skill.artifactSha256,
    module_sha256: module.sha256,
    policy_sha256: policies.sha256,
    input_sha256,
    output_sha256,
    grants,
    outcome: outcome.kind,
    fuel_used: used.fuel ?? null,
    fuel_allowed: allowed.fuel,
    memory_used_bytes: used.memoryBytes ?? null,
    memory_allowed_bytes: allowed.memoryBytes,
    wall_used_ms: Math.max(0, Math.round(used.wallMs)),
    wall_allowed_ms: allowed.wallMs,
    started_at_unix_ms: startedAt,
    finished_at_unix_ms: finishedAt,
  };
}

/** Does it, and where it is refused writes why. What is no refusal of ours is a fault, and is thrown on as it is. */
export async function recordRefusal<Result>(
  ports: RunToolPorts,
  about: { readonly skillId: string; readonly toolId: string; readonly version?: string; readonly surface: string },
  call: Call,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PalyraError || error instanceof SkillError) {
      const { skillId, toolId, version = versionOf(error, about.skillId), surface } = about;
      const named = { skill_id: skillId, ...(version === undefined ? {} : { version }), tool_id: toolId, surface };
      const now = ports.now();
      const write = append(ports, ports.tools.newUlid(now), { ...call, now }, "skill.refused", { ...named, ...reasonOf(error) });
      // A journal that cannot be written is told by the refusal itself, or hides none.
      await write.catch(() => call.warn("That this was refused could not be written to the journal."));
    }
    throw error;
  }
}

/** Which version of the skill was meant, where nobody named one and the refusal says it. */
function versionOf({ details }: PalyraError | SkillError, skillId: string): string | undefined {
  const isOfSkill = "skill_id" in details && details.skill_id === skillId && "version" in details;
  return isOfSkill && typeof details.version === "string" ? details.version : undefined;
}

/** Codes, policies and digests; no text of a stranger but what is in these. */
function reasonOf(error: PalyraError | SkillError): JsonObject {
  const { code, details } = error;
  const reasons = "reasons" in details ? { reasons: [...details.reasons] } : {};
  const denied = "denied" in details ? { denied: details.denied.map((each) => ({ ...each })) } : {};
  const basis = "basis" in details ? { basis: details.basis } : {};
  return { reason: code, ...reasons, ...denied, ...basis };
}

async function append(ports: RunToolPorts, ulid: string, call: Call, kind: EventKind, payload: JsonObject): Promise<void> {
  const { openJournal, journal: file, auditFile } = ports.tools;
  const journal = await openJournal(file, { create: true, auditFile });
  try {
    // With a sync, which takes the start with it, now or with those of the same second: the vault's head moves, and no receipt can be cut off the end
    // unnoticed (T26).
    const event = newEvent(ulid, call, kind, payload);
    ports.gate.chain.follow(await journal.transaction((writer) => writer.append(event), { synced: "soon" }));
  } finally {
    await journal.close();
  }
}
