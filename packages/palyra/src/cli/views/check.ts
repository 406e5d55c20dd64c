import { PalyraError } from "../../errors.ts";
import type { Outputs } from "../../operations/catalog.ts";
import type { ProcedureCheck } from "../../operations/procedure/folder.ts";
import type { CheckResult } from "../../operations/skills/check.ts";
import { prose, safe } from "../../operations/wording/safe.ts";
import { count } from "../../operations/wording/units.ts";
import type { Paint } from "../text/paint.ts";
import { reasonLines } from "./check-faults.ts";
import type { View } from "./view.ts";

export const checkView: View<Outputs["skills check"]> = ({ results, skills_root }, paint) => {
  // spec 11.4: to a person that is a failure, to a program an empty document.
  if (results.length === 0) throw new PalyraError("NothingInstalled", { skills_root });
  const ready = results.filter(({ check_status }) => check_status === "ready").length;
  return [
    ...results.flatMap((result) =>
      result.entry_kind === undefined ? resultLines(result, paint) : procedureLines(result, paint),
    ),
    "",
    `${count(results.length, results[0]?.entry_kind ?? "skill")}: ${ready} ready, ${results.length - ready} not`,
  ];
};

const WIDEST = "blocked".length;
const PAINTS = { ready: "good", blocked: "bad", unknown: "warning" } as const;

function resultLines(result: CheckResult, paint: Paint): string[] {
  const { inventory, check_status, reasons } = result;
  const label = paint[PAINTS[check_status]](check_status) + " ".repeat(WIDEST - check_status.length);
  const indent = " ".repeat(WIDEST + 2);
  return [
    `${label}  ${paint.strong(safe(inventory.skill_id))} ${safe(inventory.version)}  ${paint.faint(summary(result))}`,
    ...reasons.flatMap((reason) => reasonOf(reason, result)).map((reason) => `${indent}${reason}`),
    ...missingLine(inventory.missing_secrets).map((line) => indent + paint.faint(line)),
  ];
}

function missingLine(secrets: CheckResult["inventory"]["missing_secrets"]): string[] {
  return secrets.length === 0
    ? []
    : [`secrets not stored: ${secrets.map(({ scope, key }) => safe(`${scope}/${key}`)).join(", ")}`];
}

function procedureLines({ slug, name, check_status, reasons }: ProcedureCheck, paint: Paint): string[] {
  const label = paint[PAINTS[check_status]](check_status) + " ".repeat(WIDEST - check_status.length);
  const indent = " ".repeat(WIDEST + 2);
  return [`${label}  ${paint.strong(safe(slug))}  ${safe(name, 60)}`, ...reasons.map((reason) => indent + prose(reason))];
}

const AUDIT = "audit: ";

function reasonOf(reason: string, { audit }: CheckResult): readonly string[] {
  if (audit === undefined || !reason.startsWith(AUDIT)) return [prose(reason)];
  return reasonLines(reason.slice(AUDIT.length), audit.checks).map((line) => AUDIT + line);
}

/** Trust, audit and status in a few words each. */
function summary({ inventory, trust_accepted, audit, failed_checks, warning_checks, verification }: CheckResult): string {
  const trust = trust_accepted ? `trusted (${verification?.trust_decision ?? ""})` : "not trusted";
  const warned = warning_checks === 0 ? "" : ` with ${count(warning_checks, "warning")}`;
  const audited =
    audit === undefined
      ? "not audited"
      : failed_checks === 0
        ? `audit passed${warned}`
        : `${count(failed_checks, "check")} failed`;
  return `${trust}, ${audited}, ${safe(inventory.runtime_status.status)}`;
}
