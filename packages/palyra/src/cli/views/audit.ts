import type { Check } from "palyra-skills/audit";
import type { Outputs } from "../../operations/catalog.ts";
import type { AuditLine } from "../../operations/shared/audit-line.ts";
import { prose, safe } from "../../operations/wording/safe.ts";
import { count } from "../../operations/wording/units.ts";
import type { Paint } from "../text/paint.ts";
import { faultLines } from "./check-faults.ts";
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
      `  ${prose(error?.message ?? "")}`,
    ];
  const findings = report.checks.filter(({ status }) => status !== "pass");
  const passed = report.checks.length - findings.length;
  return [
    `${report.passed ? paint.good("passed") : paint.bad("failed")}  ${paint.strong(safe(report.skill_id))} ${safe(report.version)}  ${paint.faint(safe(artifact))}`,
    ...findings.flatMap((check) => checkLines(check, paint)),
    paint.faint(`  ${count(passed, "check")} passed`),
  ];
}

const PAINTS = { fail: "bad", warn: "warning", skipped: "warning", pass: "good" } as const;

/** Each of its faults on a line of its own, never cut. */
function checkLines(check: Check, paint: Paint): string[] {
  const { check_id, status } = check;
  const label = paint[PAINTS[status]](status) + " ".repeat("skipped".length - status.length);
  const lines = faultLines(check);
  return lines.map((line, at) => {
    const name = at === lines.length - 1 ? ` ${paint.faint(`(${safe(check_id)})`)}` : "";
    return `  ${at === 0 ? label : " ".repeat("skipped".length)}  ${line}${name}`;
  });
}
