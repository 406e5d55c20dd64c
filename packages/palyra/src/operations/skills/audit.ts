import * as v from "valibot";
import type { Call } from "../../call.ts";
import { type InstalledEntry, readIndex, skillsFolder } from "../../installed/index.ts";
import { recoverForReading, requireInstalled } from "../../lifecycle/index.ts";
import { openInstalled } from "../../lifecycle/open-installed.ts";
import { text } from "../field.ts";
import { operation } from "../operation.ts";
import type { Services } from "../services.ts";
import { openArtifactFile } from "../shared/artifact.ts";
import { type AuditAsked, auditByDaemon } from "../shared/audit-by-daemon.ts";
import { recordAudits } from "../shared/audit-event.ts";
import type { AuditLine } from "../shared/audit-line.ts";
import { currentEntries } from "../shared/current.ts";
import { VERIFY_ERRORS } from "../shared/errors.ts";
import { auditArtifact, type ExamineOptions, isTampering } from "../shared/examine.ts";
import { acceptUntrusted, optionalSkillId, trustedPublisher, version } from "../shared/inputs.ts";
import { problemOf } from "../shared/inventory.ts";
import { readPolicy } from "../shared/policy.ts";
import { quarantineTampered } from "../shared/tampering.ts";
import { readTrusting } from "../shared/trusting.ts";

/** Spec 11.5. */
export interface AuditDocument {
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
  }),
  positional: ["skillId"],
  places: ["skillsDir", "trustStore", "auditPolicy"],
  examples: ["skills audit", "skills audit --artifact echo.palyra-skill --allow-untrusted"],
  notes:
    "Exits with 1 when anything must be quarantined or could not be audited; the report is printed all the same. An installed artifact whose bytes were changed is quarantined; the files that were extracted from it are compared by palyrad's re-audit.",
  http: { method: "POST", path: "/admin/v1/skills/{skill_id}/audit", fields: ["version"], byDaemon: true },
  errors: [
    "NotInstalled",
    "IndexInvalid",
    "PolicyInvalid",
    "JournalUnavailable",
    "LockTimeout",
    "DaemonUnreachable",
    "DaemonRefused",
    ...VERIFY_ERRORS,
  ],
  problem: ({ skillId, version, artifact }) => {
    if (artifact !== undefined && skillId !== undefined) return "a skill and --artifact exclude each other";
    if (version !== undefined && skillId === undefined) return "--version needs a skill";
    return undefined;
  },
  run: async (services, input, call): Promise<AuditDocument> => {
    const { home } = services;
    const byDaemon = input.artifact === undefined ? await auditByDaemon(services, input, call) : undefined;
    const audits = byDaemon ?? (await auditHere(services, input, call));
    const trust_store = home.places.trustStore;
    if (audits.length > 0) return { trust_store, audits, summary: summaryOf(audits) };
    const message = "nothing is installed, so there is nothing to audit";
    return { trust_store, skills_root: home.places.skillsRoot, audits, summary: summaryOf(audits), message };
  },
  failed: ({ audits }) => audits.some(({ report }) => report?.should_quarantine ?? true),
});

interface AuditInput extends AuditAsked {
  readonly artifact?: string | undefined;
}

async function auditHere(services: Services, input: AuditInput, call: Call): Promise<AuditLine[]> {
  const policy = await readPolicy(services.settings);
  const trusting = await readTrusting(services.home, { ...input, allowFirstUse: input.allowUntrusted }, call);
  const options = { policy, trusting, call };
  if (input.artifact === undefined) return auditInstalled(services, input, options);
  return [await auditFile(services, input.artifact, options)];
}

/** A file that cannot be verified is an error without a document (spec 11.5). */
async function auditFile(services: Services, file: string, options: ExamineOptions): Promise<AuditLine> {
  const artifact = await openArtifactFile(services.home, file, options.call);
  const report = await auditArtifact(services, artifact, options);
  return { source: "artifact", artifact: file, skill_id: null, version: null, report };
}

async function auditInstalled(
  services: Services,
  { skillId, version }: { readonly skillId?: string | undefined; readonly version?: string | undefined },
  options: ExamineOptions,
): Promise<AuditLine[]> {
  const { home } = services;
  const { call } = options;
  await recoverForReading(home, call);
  const index = await readIndex(home.places.skillsRoot);
  const entries = skillId === undefined ? currentEntries(index) : [requireInstalled(index, skillId, version)];
  const lines: AuditLine[] = [];
  for (const entry of entries) {
    call.progress(`auditing ${entry.skill_id}`);
    lines.push({
      source: "installed",
      artifact: skillsFolder(home.places.skillsRoot).artifact(entry.skill_id, entry.version),
      skill_id: entry.skill_id,
      version: entry.version,
      ...(await auditEntry(services, entry, options)),
    });
  }
  await recordAudits(home, lines, call);
  return lines;
}

/** An error is a finding about this one, and stops no other (T19); bytes that were changed are quarantined (T12). */
async function auditEntry(
  services: Services,
  entry: InstalledEntry,
  options: ExamineOptions,
): Promise<Pick<AuditLine, "report" | "error">> {
  try {
    return { report: await auditArtifact(services, await openInstalled(services.home, entry), options) };
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
