import type { Check } from "palyra-skills/audit";
import type { Outputs } from "../../operations/catalog.ts";
import type { AuditLine } from "../../operations/shared/audit-line.ts";
import { safe } from "../../operations/wording/safe.ts";
import { count } from "../../operations/wording/units.ts";
import type { Paint } from "../text/paint.ts";
import type { View } from "./view.ts";

export const auditView: View<Outputs["skills audit"]> = ({ audits, summary, message }, paint) => {
  if (audits.length === 0) return [safe(message ?? "nothing to audit")];
  const { audited, quarantine_required: refused, failed_checks, warnings } = summary;
  return [
    ...audits.flatMap((line) => auditLines(line, paint)),
    "",
    `${count(audited, "audit")}: ${refused === 0 ? paint.good("nothing to quarantine") : paint.bad(`${refused} to quarantine`)}, ` +
      `${count(failed_checks, "failed check")}, ${count(warnings, "warning")}`,
  ];
};

function auditLines({ artifact, report, error, skill_id, version }: AuditLine, paint: Paint): string[] {
  if (report === undefined)
    return [
      `${paint.bad("not audited")}  ${paint.strong(safe(skill_id ?? ""))} ${safe(version ?? "")}  ${paint.faint(safe(artifact))}`,
      `  ${safe(error?.message ?? "")}`,
    ];
  const findings = report.checks.filter(({ status }) => status !== "pass");
  const passed = report.checks.length - findings.length;
  return [
    `${report.passed ? paint.good("passed") : paint.bad("failed")}  ${paint.strong(safe(report.skill_id))} ${safe(report.version)}  ${paint.faint(safe(artifact))}`,
    ...findings.map((check) => checkLine(check, paint)),
    paint.faint(`  ${count(passed, "check")} passed`),
  ];
}

const PAINTS = { fail: "bad", warn: "warning", skipped: "warning", pass: "good" } as const;

function checkLine({ check_id, status, message }: Check, paint: Paint): string {
  const label = paint[PAINTS[status]](status) + " ".repeat("skipped".length - status.length);
  return `  ${label}  ${safe(message)} ${paint.faint(`(${safe(check_id)})`)}`;
}
