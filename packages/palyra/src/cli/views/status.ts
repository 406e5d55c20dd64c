import type { Outputs } from "../../operations/catalog.ts";
import { listed, safe } from "../../operations/wording/safe.ts";
import type { Paint } from "../text/paint.ts";
import type { View } from "./view.ts";

export const statusView: View<Outputs["skills quarantine"]> = (document, paint) => {
  const { skill_id, version, status, reason, operator_principal } = document;
  return [
    `${safe(skill_id)} ${safe(version)} is ${statusWord(status, paint)} now`,
    `  by ${safe(operator_principal)}${reason === undefined ? "" : `: ${safe(reason)}`}`,
  ];
};

export const useView: View<Outputs["skills use"]> = (document, paint) => {
  const { skill_id, version, previous_version, changed, status, inherited } = document;
  if (!changed) return [`${safe(skill_id)} ${safe(version)} was current already`];
  return [
    `${safe(skill_id)} ${safe(version)} is current now, instead of ${safe(previous_version)}`,
    `  its status is ${statusWord(status, paint)}${inherited ? `, as ${safe(previous_version)} was` : ""}`,
    ...(inherited ? [enabling(skill_id, version, paint)] : []),
  ];
};

export const removeView: View<Outputs["skills remove"]> = ({ skill_id, removed_versions, next, data_kept }, paint) => [
  `${paint.good("removed")} ${safe(skill_id)} ${listed(removed_versions)}; its status is remembered`,
  ...(next === undefined
    ? []
    : [
        `  ${safe(next.version)} is current now, ${statusWord(next.status, paint)}${next.inherited ? " like the one that was removed" : ""}`,
        ...(next.reason === undefined ? [] : [`  disabled by this removal: ${safe(next.reason)}`]),
        ...(next.inherited || next.reason !== undefined ? [enabling(skill_id, next.version, paint)] : []),
      ]),
  ...(data_kept === undefined ? [] : [`  what its tools have written stays in ${safe(data_kept)}`]),
];

/** What lets it run all the same, as it is typed. */
function enabling(skillId: string, version: string, paint: Paint): string {
  return paint.command(`  palyra skills enable ${safe(skillId)} --version ${safe(version)} --override   lets it run`);
}

function statusWord(status: string, paint: Paint): string {
  if (status === "active") return paint.good("active");
  return status === "quarantined" ? paint.bad("quarantined") : paint.warning(safe(status));
}
