import type { Grant } from "palyra-skills/capability";
import type { Outputs } from "../../operations/catalog.ts";
import { listed, prose, safe } from "../../operations/wording/safe.ts";
import { count } from "../../operations/wording/units.ts";
import type { View } from "./view.ts";

export const doctorView: View<Outputs["extension doctor"]> = (document, paint) => {
  const { package_id, status, reason_codes, repair_hints, compatibility, capability_diff, security } = document;
  const { requested, missing, excess } = capability_diff;
  const { failed_checks, warning_checks, quarantine_reasons } = security;
  return [
    `${status === "ready" ? paint.good(status) : paint.bad(status)}  ${paint.strong(safe(package_id))}`,
    ...compatibility.issues.map(({ message }) => `  ${prose(message)}`),
    ...grants("asks for", requested),
    ...grants("not granted", missing),
    ...grants("granted, not asked for", excess),
    ...(failed_checks.length === 0 ? [] : [`  failed checks: ${listed(failed_checks, Number.POSITIVE_INFINITY)}`]),
    ...quarantine_reasons.map((reason) => `    ${prose(reason)}`),
    paint.faint(`  ${count(warning_checks.length, "warning")}; nothing was written`),
    ...reason_codes.map((code, at) => `  ${code}: ${prose(repair_hints[at] ?? "")}`),
  ];
};

function grants(title: string, list: readonly Grant[]): string[] {
  if (list.length === 0) return [];
  const shown = list.map(({ class: kind, value, scope }) => {
    return `    ${kind} ${safe(scope === undefined ? value : `${scope}/${value}`)}`;
  });
  return [`  ${title}`, ...shown];
}
