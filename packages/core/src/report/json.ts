import type { AuditReport } from "../audit/index.ts";
import { writeJson } from "../encoding/index.ts";

/** A report of spec 4.3 as JSON: its fields in their order, Palyra's checks before ours, two spaces, one newline at the end. */
export function jsonReport({ policy, manifest_warnings, checks, vulnerability_scan, ...report }: AuditReport): string {
  const { quarantine_reasons, ...head } = report;
  const document = {
    ...head,
    policy: { ...policy, checks: { ...policy.checks } },
    manifest_warnings: manifest_warnings.map((each) => ({ ...each })),
    checks: checks.map((each) => ({ ...each })),
    quarantine_reasons,
    vulnerability_scan: { ...vulnerability_scan },
  };
  return `${writeJson(document, { indent: 2 })}\n`;
}
