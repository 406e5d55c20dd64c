/** Spec 10, step 2: whether this call may start, and why not. One function decides; what it answers starts nothing by itself. */
import { SkillError } from "palyra-skills";
import type { ArchiveEntry } from "palyra-skills/archive";
import { moduleOfTool } from "palyra-skills/audit";
import { encodeUtf8, toHex, u64be } from "palyra-skills/encoding";
import type { Manifest, Tool } from "palyra-skills/manifest";
import type { Platform } from "palyra-skills/platform";
import { answered, type Call } from "../call.ts";
import { PalyraError } from "../errors.ts";
import {
  APPROVAL_SCOPES,
  type Approval,
  type ApprovalScope,
  type ApprovalSubject,
  type AskedRequest,
  approvalId,
  decideLaunch,
  effectiveQuotas,
  grantTexts,
  isAllowed,
  type LaunchDecision,
  makeApproval,
  type Policies,
  type SkillGrants,
} from "../policy/index.ts";
import type { AuthorizationRecords } from "./authorization-records.ts";
import { unsupportedBy } from "./engine.ts";
import { modulePathsOf } from "./modules.ts";
import type { OpenedSkill, ResolvedSkill } from "./resolve.ts";

export interface AuthorizePorts {
  readonly platform: Platform;
  /** The policies in force; `PolicyInvalid`. The same object while they are the same. */
  readonly policies: () => Promise<Policies>;
  readonly records: AuthorizationRecords;
  /** Whether an audit that passed is kept of these bytes, by what is in force (spec 5.4). */
  readonly hasVerdict: (skill: OpenedSkill, call: Call) => Promise<boolean>;
  /** Keeps an approval for later, and journals it. */
  readonly keepApproval: (approval: Approval, call: Call) => Promise<void>;
}

/** Who asks, and for what. */
export interface LaunchQuestion {
  readonly toolId: string;
  readonly surface: string;
  readonly session: string;
  readonly input: Uint8Array;
  /** The caller's own limit; it lowers. */
  readonly maxFuel?: bigint | undefined;
}

/** All that is known before anybody is asked: what `--dry-run` shows, and what an approval is about. */
export interface LaunchPlan {
  readonly skill: ResolvedSkill;
  readonly tool: Tool;
  readonly modulePath: string;
  readonly module: ArchiveEntry;
  readonly quotas: ReturnType<typeof effectiveQuotas>;
  readonly granted: SkillGrants;
  readonly grants: readonly string[];
  readonly policies: Policies;
  readonly decision: LaunchDecision;
  readonly subject: ApprovalSubject;
  /** The kept one that fits. */
  readonly approval: Approval | undefined;
  readonly platform: Platform;
  /** JSON text: what of it all is of this one call. */
  readonly input: Uint8Array;
}

/** Undefined: no. */
export type AskApproval = (plan: LaunchPlan) => Promise<ApprovalScope | undefined>;

/**
 * `UnknownTool`, `VerdictMissing`, `EngineUnsupported`, `PolicyInvalid`, `AuthorizationRecordInvalid`; what the vault throws. Writes nothing.
 * @param before of the same question: verdict, grants, policies and approval are asked again, and what follows from them only where one of
 * them is another
 */
export async function planLaunch(
  ports: AuthorizePorts,
  skill: ResolvedSkill,
  question: LaunchQuestion,
  call: Call,
  before?: LaunchPlan,
): Promise<LaunchPlan> {
  const { manifest } = skill.artifact;
  const tool = toolOf(manifest, question.toolId);
  if (!(await ports.hasVerdict(skill, call))) throw await withoutVerdict(skill, ports.platform);
  const granted = await ports.records.grantsOf(skill.skillId);
  const policies = await ports.policies();
  const { principal } = call;
  const at = { session: question.session, now: call.now };
  if (before !== undefined && before.skill === skill && before.granted === granted && before.policies === policies)
    return before.decision.kind === "approval"
      ? { ...before, approval: await ports.records.approvalFor(before.subject, at) }
      : before;
  const decision = decideLaunch(policies, {
    manifest,
    toolId: tool.id,
    status: skill.status.status,
    trust: skill.trusted.decision,
    signatureKeyId: skill.artifact.keyId,
    artifactSha256: skill.artifactSha256,
    principal,
    surface: question.surface,
  });
  const grants = grantTexts(manifest, granted);
  const subject: ApprovalSubject = {
    principal,
    surface: question.surface,
    skill_id: skill.skillId,
    tool_id: tool.id,
    artifact_sha256: skill.artifactSha256,
    grants,
    policy_sha256: policies.sha256,
  };
  const isAsked = decision.kind === "approval";
  const approval = isAsked ? await ports.records.approvalFor(subject, at) : undefined;
  const modulePath = moduleOfTool(tool, manifest, modulePathsOf(skill.artifact));
  const module = skill.artifact.archive.get(modulePath);
  // The audit fails where there is none (spec 10.4): a verdict is not kept of such a skill.
  if (module === undefined) throw new SkillError("MissingArtifactEntry", { path: modulePath });
  const quotas = effectiveQuotas(manifest, granted, question.maxFuel === undefined ? {} : { fuel: question.maxFuel });
  const { platform } = ports;
  const { input } = question;
  return { skill, tool, modulePath, module, quotas, granted, grants, policies, decision, subject, approval, platform, input };
}

/** None is kept of what this engine cannot run, however often it is audited. */
async function withoutVerdict(skill: OpenedSkill, platform: Platform): Promise<PalyraError> {
  const names = { skill_id: skill.skillId, version: skill.version };
  return (await unsupportedBy(platform, skill)) ?? new PalyraError("VerdictMissing", names);
}

/** A call that may start, and by whose yes. */
export interface Authorized {
  readonly plan: LaunchPlan;
  readonly approved: "not_asked" | "kept" | ApprovalScope;
}

/**
 * Decides. `PolicyDenied`; `ApprovalRequired` where nobody can be asked; `Declined` where a person said no. `basis`: of a yes that was given
 * elsewhere to this very call (T44: once).
 */
export async function authorize(
  ports: AuthorizePorts,
  plan: LaunchPlan,
  call: Call,
  {
    ask,
    basis,
    session,
  }: { readonly ask?: AskApproval | undefined; readonly basis?: string | undefined; readonly session: string },
): Promise<Authorized> {
  const { decision, subject } = plan;
  if (decision.kind === "denied") throw policyDenied(plan, decision.asked);
  if (decision.kind === "allowed") return { plan, approved: "not_asked" };
  if (plan.approval !== undefined) return { plan, approved: "kept" };
  if (basis !== undefined && basis === basisOf(plan)) return { plan, approved: "once" };
  if (ask === undefined) throw approvalRequired(plan, decision.waiting);
  const scope = await ask(plan);
  // Only a word that is known for a yes is one (T28).
  if (scope === undefined || !APPROVAL_SCOPES.includes(scope))
    throw new PalyraError("Declined", { what: `running ${subject.tool_id}` });
  if (scope !== "once") {
    const then = answered(call);
    const given = { session: scope === "session" ? session : null, now: then.now, by: call.principal };
    await ports.keepApproval(makeApproval(subject, given, ports.platform), then);
  }
  return { plan, approved: scope };
}

/**
 * Again, right before the start: what an operator decided while a person thought or a compiler worked (T33). Another policy, other grants or
 * a kept approval that is there no more, and it is to be asked anew: `ApprovalRequired`; `PolicyDenied`.
 */
export async function stillAuthorized(
  ports: AuthorizePorts,
  { plan, approved }: Authorized,
  question: LaunchQuestion,
  call: Call,
): Promise<void> {
  const now = await planLaunch(ports, plan.skill, question, call, plan);
  if (now === plan && plan.decision.kind === "allowed") return;
  if (now.decision.kind === "denied") throw policyDenied(now, now.decision.asked);
  const isSame = approvalId(now.subject, null, ports.platform) === approvalId(plan.subject, null, ports.platform);
  const isSettled =
    approved === "not_asked" ? now.decision.kind === "allowed" : approved !== "kept" || now.approval !== undefined;
  if (!isSame || !isSettled || JSON.stringify(texts(now.quotas)) !== JSON.stringify(texts(plan.quotas)))
    throw approvalRequired(now, now.decision.kind === "approval" ? now.decision.waiting : []);
}

const texts = (quotas: LaunchPlan["quotas"]): string[] => Object.values(quotas).map(String);

function toolOf({ skill_id, entrypoints: { tools } }: Manifest, toolId: string): Tool {
  const tool = tools.find(({ id }) => id === toolId);
  if (tool !== undefined) return tool;
  throw new PalyraError("UnknownTool", { tool: toolId, offered: tools.map(({ id }) => id), skill_id });
}

/** Of all that a yes to this one call binds: SHA-256 of a domain, what an approval of this binds, and the input, with their lengths; 64 hex digits. */
export function basisOf({ subject, input, platform }: Pick<LaunchPlan, "subject" | "input" | "platform">): string {
  const hash = platform.sha256().update(encodeUtf8("palyra.skill.approval.call.v1"));
  for (const part of [encodeUtf8(approvalId(subject, null, platform)), input]) hash.update(u64be(part.length)).update(part);
  return toHex(hash.digest());
}

/** Whoever says yes. */
export function policyDenied({ skill, tool }: LaunchPlan, asked: readonly AskedRequest[]): PalyraError<"PolicyDenied"> {
  const refused = asked.filter((each) => !isAllowed(each));
  return new PalyraError("PolicyDenied", {
    skill_id: skill.skillId,
    version: skill.version,
    tool_id: tool.id,
    denied: refused.map(({ action, resource, decision: { by, errors } }) => ({ action, resource, by, errors })),
  });
}

function approvalRequired(plan: LaunchPlan, waiting: readonly AskedRequest[]): PalyraError<"ApprovalRequired"> {
  const { skill, tool, subject } = plan;
  return new PalyraError("ApprovalRequired", {
    skill_id: skill.skillId,
    version: skill.version,
    tool_id: tool.id,
    surface: subject.surface,
    principal: subject.principal,
    basis: basisOf(plan),
    asks: waiting.map(({ action, resource, values }) => ({ action, resource, values })),
  });
}
