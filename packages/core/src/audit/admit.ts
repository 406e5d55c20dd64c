import type { VerifiedArtifact } from "../artifact/index.ts";
import type { TrustedSkill } from "../trust/index.ts";
import type { AuditReport } from "./report.ts";

/** A trusted skill that has passed its audit. Only `admit` makes one. */
export class AdmittedSkill {
  readonly #admitted = true;
  readonly trusted: TrustedSkill;
  readonly report: AuditReport;

  /** @internal */
  constructor(proof: typeof PROOF, trusted: TrustedSkill, report: AuditReport) {
    if (proof !== PROOF) throw new TypeError("an AdmittedSkill is made by admit alone");
    this.trusted = trusted;
    this.report = report;
    Object.freeze(this);
  }

  /** Did `admit` of this very module make it? */
  static isOne(value: unknown): value is AdmittedSkill {
    return typeof value === "object" && value !== null && #admitted in value;
  }
}

/** Not exported: whoever has it has seen the report. */
const PROOF = Symbol("admit");

/** The artifact that each report is about. A report that came from a file or another process is not in here. */
const audited = new WeakMap<AuditReport, VerifiedArtifact>();

/** Notes that `auditSkill` made this report of that artifact. */
export function noteAudited(report: AuditReport, artifact: VerifiedArtifact): AuditReport {
  audited.set(report, artifact);
  return report;
}

/**
 * Admits a skill by its report: the one that `auditSkill` made of this very artifact, and in which no check failed. Undefined
 * otherwise. Whether this host's engine can run the skill is another question: `engineBlocks`.
 */
export function admit(trusted: TrustedSkill, report: AuditReport): AdmittedSkill | undefined {
  if (report.should_quarantine || !report.passed || audited.get(report) !== trusted.artifact) return undefined;
  return new AdmittedSkill(PROOF, trusted, report);
}
