import type { AuditReport, CheckStatus } from "palyra-skills/audit";
import type { VerificationReport } from "palyra-skills/trust";
import * as v from "valibot";
import type { Call } from "../../call.ts";
import { type InstalledEntry, type InstalledIndex, readIndex, summaryOf } from "../../installed/index.ts";
import type { Home } from "../../lifecycle/home.ts";
import { recoverForReading, requireInstalled } from "../../lifecycle/index.ts";
import { flag } from "../field.ts";
import { operation } from "../operation.ts";
import type { ProcedureCheck } from "../procedure/folder.ts";
import type { Services } from "../services.ts";
import { type AmbiguousTool, ToolNames, whyNotOffered } from "../shared/ambiguous-tools.ts";
import { currentEntries } from "../shared/current.ts";
import { VERIFY_ERRORS } from "../shared/errors.ts";
import { type Examination, examine, isTampering } from "../shared/examine.ts";
import { acceptUntrusted, optionalSkillId, trustedPublisher, version } from "../shared/inputs.ts";
import { type InventoryEntry, inventoryEntry, type Problem, problemOf, type StatusLookup } from "../shared/inventory.ts";
import { type VerdictLook, verdictLookBy, verdictMissing } from "../shared/launch-verdict.ts";
import { withMissingNow } from "../shared/missing-now.ts";
import { readPolicy } from "../shared/policy.ts";
import { type Scanning, withScanning } from "../shared/scanning.ts";
import { readTrusting } from "../shared/trusting.ts";
import { readWalkedStatuses } from "../shared/walked-statuses.ts";

/** Spec 11.4. */
export interface CheckDocument {
  readonly skills_root: string;
  readonly count: number;
  readonly results: readonly (CheckResult | ProcedureCheck)[];
}

export interface CheckResult {
  /** Procedures have one (spec 11.8). */
  readonly entry_kind?: undefined;
  readonly inventory: InventoryEntry;
  readonly check_status: "ready" | "blocked" | "unknown";
  readonly trust_accepted: boolean;
  readonly trust_error?: string;
  readonly audit_passed: boolean;
  readonly quarantine_required: boolean;
  readonly failed_checks: number;
  readonly warning_checks: number;
  readonly reasons: readonly string[];
  readonly verification?: VerificationReport;
  readonly audit?: AuditReport;
  /** Ours; absent where there is none (T27). */
  readonly ambiguous_tools?: readonly AmbiguousTool[];
}

export const check = operation({
  input: v.strictObject({
    skillId: optionalSkillId,
    version,
    trustedPublisher,
    allowUntrusted: acceptUntrusted,
    strict: flag("Exit with 1 unless everything is ready"),
  }),
  positional: ["skillId"],
  places: ["skillsDir", "trustStore", "auditPolicy", "vex"],
  examples: ["skills check", "skills check acme.echo_http --strict"],
  notes:
    "Verification, audit and status of what is installed in one view, and whether a launch would find a verdict of its own: a launch audits nothing, and this keeps none (palyra skills audit does). Changes nothing.",
  errors: ["NotInstalled", "IndexInvalid", "PolicyInvalid", "VexInvalid", ...VERIFY_ERRORS],
  problem: ({ skillId, version }) => (version !== undefined && skillId === undefined ? "--version needs a skill" : undefined),
  run: async (services, input, call): Promise<CheckDocument> => {
    const { home } = services;
    await recoverForReading(home, call);
    const { skillsRoot } = home.places;
    const index = await readIndex(skillsRoot);
    if (input.version === undefined && !areSkillsMeant(index, input.skillId)) {
      const results = await checkedProcedures(services, input.skillId);
      if (results.length > 0) return { skills_root: skillsRoot, count: results.length, results };
    }
    const entries = input.skillId === undefined ? currentEntries(index) : [requireInstalled(index, input.skillId, input.version)];
    const policy = await readPolicy(services.settings);
    const trusting = await readTrusting(home, { ...input, allowFirstUse: input.allowUntrusted }, call);
    const { statusOf, installFault, problem } = await readWalkedStatuses(home, call);
    const results: CheckResult[] = [];
    const toolNames = new ToolNames(home, index, statusOf);
    const check = async (entry: InstalledEntry, scanning: Scanning, holds: VerdictLook): Promise<void> => {
      call.progress(`checking ${entry.skill_id}`);
      const examination = await examine(services, entry, { trusting, policy, scanning, call });
      if (examination.artifact !== undefined) toolNames.know(entry, examination.artifact.manifest);
      // T1, T26, T31: by such a journal the gate does not start it.
      const journalBlocks = [problem?.message, installFault(entry)].filter((each) => each !== undefined);
      const result = await resultOf(home, await withSecrets(home, examination, call), statusOf, toolNames, journalBlocks);
      results.push(await withVerdict(result, entry, holds));
    };
    await withScanning(services.settings, call, async (scanning) => {
      const holds = verdictLookBy(services, { policy, ...scanning }, call);
      for (const entry of entries) await check(entry, scanning, holds);
    });
    return { skills_root: skillsRoot, count: results.length, results };
  },
  failed: ({ results }, { strict }) => strict && results.some(({ check_status }) => check_status !== "ready"),
});

/** Whether the skill that is asked for is there, or any where none is: else it may be a procedure that is meant (spec 11.8). */
function areSkillsMeant({ entries }: InstalledIndex, skillId: string | undefined): boolean {
  return skillId === undefined ? entries.length > 0 : entries.some(({ skill_id }) => skill_id === skillId);
}

async function checkedProcedures({ home, settings }: Services, slug: string | undefined): Promise<ProcedureCheck[]> {
  const folder = settings.proceduresDir.value;
  if (folder === undefined) return [];
  const { checkProcedures } = await import("../procedure/folder.ts");
  return checkProcedures(folder, home.platform, slug);
}

/** Which secrets are missing now is shown, and decides nothing (spec 11.3). */
async function withSecrets(home: Home, examination: Examination, call: Call): Promise<Examination> {
  const { entry, artifact } = examination;
  return { ...examination, entry: await withMissingNow(home, entry, artifact?.manifest, call) };
}

/** What passes here and now starts all the same only by a verdict that was kept (spec 10, step 2). */
async function withVerdict(result: CheckResult, entry: InstalledEntry, holds: VerdictLook): Promise<CheckResult> {
  if (result.check_status !== "ready" || (await holds(entry)) !== false) return result;
  return { ...result, check_status: "blocked", reasons: [...result.reasons, verdictMissing(entry)] };
}

const CHECK_STATUS = { eligible: "ready", blocked: "blocked", unknown: "unknown" } as const;

async function resultOf(
  home: Home,
  examination: Examination,
  statusOf: StatusLookup,
  toolNames: ToolNames,
  journalBlocks: readonly string[],
): Promise<CheckResult> {
  const { entry, artifact, verification, report, error, engineBlocks } = examination;
  const problem = error === undefined ? undefined : await problemOf(error);
  const summary = artifact === undefined ? undefined : summaryOf(artifact.manifest);
  const inventory = inventoryEntry(home, entry, summary, statusOf, {
    blocks: [...engineBlocks, ...journalBlocks],
    ...(problem === undefined || artifact !== undefined ? {} : { problem }),
  });
  const ambiguous = artifact === undefined ? [] : await toolNames.ambiguous(entry, artifact.manifest);
  const counted = (status: CheckStatus): number => report?.checks.filter((each) => each.status === status).length ?? 0;
  const audit_passed = report?.passed ?? false;
  const quarantine_required = report?.should_quarantine ?? isTampering(error);
  const fine = verification !== undefined && audit_passed && !quarantine_required;
  return {
    inventory,
    check_status: fine ? CHECK_STATUS[inventory.eligibility.status] : "blocked",
    trust_accepted: verification !== undefined,
    ...(problem === undefined ? {} : { trust_error: problem.message }),
    audit_passed,
    quarantine_required,
    failed_checks: counted("fail"),
    warning_checks: counted("warn"),
    reasons: [
      ...auditReasons(problem, report),
      ...inventory.eligibility.reasons.filter((reason) => reason !== problem?.message),
      ...ambiguous.map((tool) => whyNotOffered(tool, entry.skill_id)),
    ],
    ...(verification === undefined ? {} : { verification }),
    ...(report === undefined ? {} : { audit: report }),
    ...(ambiguous.length === 0 ? {} : { ambiguous_tools: ambiguous }),
  };
}

/** When verification fails the reasons name trust and audit, since neither can be said to hold (spec 11.4). */
function auditReasons(problem: Problem | undefined, report: AuditReport | undefined): string[] {
  if (problem !== undefined) return [`not trusted: ${problem.message}`, "not audited: only what is trusted is"];
  return (report?.quarantine_reasons ?? []).map((reason) => `audit: ${reason}`);
}
