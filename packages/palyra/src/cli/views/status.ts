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

export const useView: View<Outputs["skills use"]> = ({ skill_id, version, previous_version, changed, status }, paint) =>
  changed
    ? [
        `${safe(skill_id)} ${safe(version)} is current now, instead of ${safe(previous_version)}`,
        `  its status is ${statusWord(status, paint)}`,
      ]
    : [`${safe(skill_id)} ${safe(version)} was current already`];

export const removeView: View<Outputs["skills remove"]> = ({ skill_id, removed_versions, next }, paint) => [
  `${paint.good("removed")} ${safe(skill_id)} ${listed(removed_versions)}; its status is remembered`,
  ...(next === undefined
    ? []
    : [
        `  ${safe(next.version)} is current now, ${statusWord(next.status, paint)}${next.inherited ? " like the one that was removed" : ""}`,
      ]),
];

function statusWord(status: string, paint: Paint): string {
  if (status === "active") return paint.good("active");
  return status === "quarantined" ? paint.bad("quarantined") : paint.warning(safe(status));
}
