import type { VerifiedArtifact } from "palyra-skills/artifact";
import { type AuditPolicy, type AuditReport, auditSkill, engineBlocks, type SourceText } from "palyra-skills/audit";
import { type VerificationReport, verificationReport } from "palyra-skills/trust";
import type { Call } from "../../call.ts";
import { PalyraError } from "../../errors.ts";
import type { InstalledEntry } from "../../installed/index.ts";
import { openInstalled } from "../../lifecycle/open-installed.ts";
import type { Services } from "../services.ts";
import type { Scanning } from "./scanning.ts";
import type { Trusting } from "./trusting.ts";

/** What is found out of one installed version: as far as it goes, and the error that stopped it. */
export interface Examination {
  readonly entry: InstalledEntry;
  readonly artifact?: VerifiedArtifact;
  readonly verification?: VerificationReport;
  readonly report?: AuditReport;
  /** Why this host's engine cannot run it, where it cannot (spec 4.5). */
  readonly engineBlocks: readonly string[];
  /** One of ours; absent where all went through. */
  readonly error?: unknown;
}

export interface ExamineOptions {
  readonly trusting: Trusting;
  readonly policy: AuditPolicy;
  readonly scanning: Scanning;
  readonly call: Call;
  /** Lock files of the folder that it was packed from. */
  readonly beside?: readonly SourceText[];
}

/** Opens, verifies, audits. An error is a finding about this one, and stops no other (T19). */
export async function examine(services: Services, entry: InstalledEntry, options: ExamineOptions): Promise<Examination> {
  let artifact: VerifiedArtifact | undefined;
  try {
    artifact = await openInstalled(services.home, entry);
    const verification = verificationReport(options.trusting.decide(artifact), options.call.now);
    // Decided once more: a publisher that was met by the verification is known to the audit (spec 11.4, as Palyra has it).
    const report = await auditArtifact(services, artifact, options);
    return { entry, artifact, verification, report, engineBlocks: engineReasons(report) };
  } catch (error) {
    return { entry, ...(artifact === undefined ? {} : { artifact }), engineBlocks: [], error };
  }
}

/** Decides and audits what has been opened. Errors: those of spec 3.2. */
export async function auditArtifact(
  { home }: Services,
  artifact: VerifiedArtifact,
  { trusting, policy, scanning: { feed, vex }, call, beside = [] }: ExamineOptions,
): Promise<AuditReport> {
  return auditSkill(trusting.decide(artifact), { policy, platform: home.platform, now: call.now, feed, vex, beside });
}

function engineReasons(report: AuditReport): string[] {
  return engineBlocks(report).map(
    ({ module_path, missing_features, needs_engine }) =>
      `engine_unsupported: ${module_path} uses ${missing_features.join(", ")}, which needs ${needs_engine}`,
  );
}

/** Whether an error means that the installed bytes are not what was installed (T12). */
export function isTampering(error: unknown): boolean {
  return error instanceof PalyraError && error.code === "ArtifactDigestMismatch";
}
