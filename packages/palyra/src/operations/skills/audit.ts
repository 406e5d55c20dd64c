import type { Audited } from "palyra-skills/report";
import * as v from "valibot";
import type { Call } from "../../call.ts";
import { type InstalledEntry, readIndex, skillsFolder } from "../../installed/index.ts";
import { isLaunchable, keepLaunchVerdicts, recoverForReading, requireInstalled } from "../../lifecycle/index.ts";
import { openInstalled } from "../../lifecycle/open-installed.ts";
import { text } from "../field.ts";
import { operation } from "../operation.ts";
import type { Services } from "../services.ts";
import { openArtifactFile } from "../shared/artifact.ts";
import { type AuditAsked, auditByDaemon } from "../shared/audit-by-daemon.ts";
import { recordAudits } from "../shared/audit-event.ts";
import { type AuditLine, auditedOf } from "../shared/audit-line.ts";
import { baselineProblem } from "../shared/baseline-file.ts";
import { currentEntries } from "../shared/current.ts";
import { VERIFY_ERRORS } from "../shared/errors.ts";
import { auditArtifact, type ExamineOptions, isTampering } from "../shared/examine.ts";
import { acceptUntrusted, optionalSkillId, trustedPublisher, version } from "../shared/inputs.ts";
import { problemOf } from "../shared/inventory.ts";
import { readPolicy } from "../shared/policy.ts";
import { quotable } from "../shared/quotable.ts";
import { failsBy, formOptions, formProblem, readyToTell, type Told, tell } from "../shared/report-forms.ts";
import { withScanning } from "../shared/scanning.ts";
import { quarantineTampered } from "../shared/tampering.ts";
import { readTrusting } from "../shared/trusting.ts";
import { explainedRule, type RuleDocument, ruleDocument } from "./explain.ts";

/** Spec 11.5; then what was told besides. */
export interface AuditDocument extends Told {
  readonly trust_store: string;
  /** Only where there was nothing to audit. */
  readonly skills_root?: string;
  readonly audits: readonly AuditLine[];
  readonly summary: AuditSummary;
  readonly message?: string;
}

export interface AuditSummary {
  readonly audited: number;
  readonly quarantine_required: number;
  readonly failed_checks: number;
  readonly warnings: number;
}

export const audit = operation({
  input: v.strictObject({
    skillId: optionalSkillId,
    version,
    artifact: v.optional(text("FILE", "Audit this artifact, instead of what is installed")),
    trustedPublisher,
    allowUntrusted: acceptUntrusted,
    ...formOptions,
    explain: explainedRule,
  }),
  positional: ["skillId"],
  places: ["skillsDir", "trustStore", "auditPolicy", "vex"],
  examples: [
    "skills audit",
    "skills audit --artifact echo.palyra-skill --allow-untrusted",
    "skills audit --artifact echo.palyra-skill --allow-untrusted --fail-on warn --output audit.sarif",
    "skills audit --artifact echo.palyra-skill --allow-untrusted --write-baseline baseline.json --reason TEXT --owner NAME --expires 2027-06-30",
    "skills audit --explain wasm_imports_declared",
  ],
  notes:
    "Exits with 1 when anything must be quarantined or could not be audited, or as --fail-on says; the report is printed all the same. What a baseline accepts does not fail this command, and is quarantined by install and palyrad as ever. An installed artifact whose bytes were changed is quarantined; the files that were extracted from it are compared by palyrad's re-audit.",
  http: { method: "POST", path: "/admin/v1/skills/{skill_id}/audit", fields: ["version"], byDaemon: true },
  errors: [
    "NotInstalled",
    "IndexInvalid",
    "PolicyInvalid",
    "BaselineInvalid",
    "VexInvalid",
    "JournalUnavailable",
    "LockTimeout",
    "DaemonUnreachable",
    "DaemonRefused",
    ...VERIFY_ERRORS,
  ],
  problem: ({ skillId, version, artifact, explain, failOn, ...forms }) => {
    if (artifact !== undefined && skillId !== undefined) return "a skill and --artifact exclude each other";
    if (version !== undefined && skillId === undefined) return "--version needs a skill";
    if (
      explain !== undefined &&
      [skillId, artifact, forms.format, forms.output, forms.baseline].some((each) => each !== undefined)
    )
      return "--explain shows a rule, and nothing is audited: leave the rest out";
    return formProblem(forms) ?? baselineProblem(forms, failOn);
  },
  run: async (services, input, call): Promise<AuditDocument | RuleDocument> => {
    if (input.explain !== undefined) return ruleDocument(input.explain);
    const baseline = await readyToTell(input, [input.artifact, services.settings.auditPolicy.value]);
    const byDaemon = input.artifact === undefined ? await auditByDaemon(services, input, call) : undefined;
    const audits: readonly LineWithFiles[] = byDaemon?.map((line) => ({ line })) ?? (await auditHere(services, input, call));
    const audited = audits.map(auditedWithFiles);
    const lines = audits.map(({ line }) => line);
    return tell(services, input, call, { of: "audit", audited, baseline, document: (told) => documentOf(services, lines, told) });
  },
  failed: (output, input) => "audits" in output && failsBy(output, input),
});

function documentOf({ home }: Services, audits: readonly AuditLine[], told: Told): AuditDocument {
  const trust_store = home.places.trustStore;
  if (audits.length > 0) return { trust_store, audits, summary: summaryOf(audits), ...told };
  const message = "nothing is installed, so there is nothing to audit";
  return { trust_store, skills_root: home.places.skillsRoot, audits, summary: summaryOf(audits), message, ...told };
}

/** A line of the document, and the files that are quoted. */
interface LineWithFiles {
  readonly line: AuditLine;
  readonly files?: ReadonlyMap<string, Uint8Array>;
}

const auditedWithFiles = ({ line, files }: LineWithFiles): Audited => ({
  ...auditedOf(line),
  ...(files === undefined ? {} : { bytesOf: (file: string) => files.get(file) }),
});

interface AuditInput extends AuditAsked {
  readonly artifact?: string | undefined;
}

async function auditHere(services: Services, input: AuditInput, call: Call): Promise<LineWithFiles[]> {
  const policy = await readPolicy(services.settings);
  const trusting = await readTrusting(services.home, { ...input, allowFirstUse: input.allowUntrusted }, call);
  return withScanning(services.settings, call, async (scanning) => {
    const options = { policy, trusting, scanning, call };
    if (input.artifact === undefined) return auditInstalled(services, input, options);
    return [await auditFile(services, input.artifact, options)];
  });
}

/** A file that cannot be verified is an error without a document (spec 11.5). */
async function auditFile(services: Services, file: string, options: ExamineOptions): Promise<LineWithFiles> {
  const artifact = await openArtifactFile(services.home, file, options.call);
  const report = await auditArtifact(services, artifact, options);
  const files = quotable(report, artifact.archive, services.home.platform);
  return { line: { source: "artifact", artifact: file, skill_id: null, version: null, report }, files };
}

async function auditInstalled(
  services: Services,
  { skillId, version }: { readonly skillId?: string | undefined; readonly version?: string | undefined },
  options: ExamineOptions,
): Promise<LineWithFiles[]> {
  const { home } = services;
  const { call } = options;
  await recoverForReading(home, call);
  const index = await (services.readIndex?.() ?? readIndex(home.places.skillsRoot));
  const entries = skillId === undefined ? currentEntries(index) : [requireInstalled(index, skillId, version)];
  const audits: LineWithFiles[] = [];
  const standards = { policy: options.policy, ...options.scanning, code: services.runtime.code };
  const passed: InstalledEntry[] = [];
  for (const entry of entries) {
    call.progress(`auditing ${entry.skill_id}`);
    const { files, ...said } = await auditEntry(services, entry, options);
    const artifact = skillsFolder(home.places.skillsRoot).artifact(entry.skill_id, entry.version);
    const line: AuditLine = { source: "installed", artifact, skill_id: entry.skill_id, version: entry.version, ...said };
    audits.push({ line, ...(files === undefined ? {} : { files }) });
    if (said.report !== undefined && isLaunchable(said.report, standards)) passed.push(entry);
  }
  // So that they may start: a launch audits nothing (spec 10, step 2).
  await keepLaunchVerdicts(home, standards, passed, call);
  await recordAudits(
    home,
    audits.map(({ line }) => line),
    call,
  );
  return audits;
}

/** An error is a finding about this one, and stops no other (T19); bytes that were changed are quarantined (T12). */
async function auditEntry(
  services: Services,
  entry: InstalledEntry,
  options: ExamineOptions,
): Promise<Pick<AuditLine, "report" | "error"> & Pick<LineWithFiles, "files">> {
  try {
    const artifact = await openInstalled(services.home, entry);
    const report = await auditArtifact(services, artifact, options);
    return { report, files: quotable(report, artifact.archive, services.home.platform) };
  } catch (error) {
    const problem = await problemOf(error);
    if (isTampering(error)) await quarantineTampered(services.home, entry, options.call);
    return { error: problem };
  }
}

function summaryOf(audits: readonly AuditLine[]): AuditSummary {
  const checks = audits.flatMap(({ report }) => report?.checks ?? []);
  return {
    audited: audits.length,
    quarantine_required: audits.filter(({ report, error }) => report?.should_quarantine ?? error !== undefined).length,
    failed_checks: checks.filter(({ status }) => status === "fail").length,
    warnings: checks.filter(({ status }) => status === "warn").length,
  };
}
