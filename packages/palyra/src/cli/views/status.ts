import type { SkillData } from "../../execution/index.ts";
import type { Outputs } from "../../operations/catalog.ts";
import type { RemoveDocument, RemovePlanDocument } from "../../operations/skills/remove.ts";
import { listed, safe } from "../../operations/wording/safe.ts";
import { count, size } from "../../operations/wording/units.ts";
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

export const removeView: View<Outputs["skills remove"]> = (document, paint) =>
  "dry_run" in document ? removePlan(document) : removed(document, paint);

const removePlan = ({ skill_id, versions, versions_left, data, data_goes }: RemovePlanDocument): string[] => [
  ...(versions.length === 0
    ? [`no version of ${safe(skill_id)} is installed`]
    : [`would remove ${safe(skill_id)} ${listed(versions)}`]),
  ...(versions_left.length === 0 ? [] : [`  left: ${listed(versions_left)}, and what its tools have written with it`]),
  ...(data === null ? [] : [`  ${data_goes ? "would remove" : "stays"}: ${dataInWords(data)}`]),
  "nothing was removed",
];

const dataInWords = ({ folder, files, bytes, more }: SkillData): string =>
  `what its tools have written, ${more ? "more than " : ""}${count(files, "file")}, ${size(bytes)}, in ${safe(folder)}`;

const removed = (
  { skill_id, removed_versions, next, data_kept, data_removed }: RemoveDocument,
  paint: Paint,
): readonly string[] => [
  ...(removed_versions.length === 0
    ? []
    : [`${paint.good("removed")} ${safe(skill_id)} ${listed(removed_versions)}; its status is remembered`]),
  ...(data_removed === undefined ? [] : [`${paint.good("removed")} ${dataInWords(data_removed)}`]),
  ...(next === undefined
    ? []
    : [
        `  ${safe(next.version)} is current now, ${statusWord(next.status, paint)}${next.inherited ? " like the one that was removed" : ""}`,
        ...(next.reason === undefined ? [] : [`  disabled by this removal: ${safe(next.reason)}`]),
        ...(next.inherited || next.reason !== undefined ? [enabling(skill_id, next.version, paint)] : []),
      ]),
  ...(data_kept === undefined
    ? []
    : [
        `  what its tools have written stays in ${safe(data_kept)}`,
        paint.command(`  palyra skills remove ${safe(skill_id)} --purge-data   removes that too`),
      ]),
];

/** What lets it run all the same, as it is typed. */
function enabling(skillId: string, version: string, paint: Paint): string {
  return paint.command(`  palyra skills enable ${safe(skillId)} --version ${safe(version)} --override   lets it run`);
}

function statusWord(status: string, paint: Paint): string {
  if (status === "active") return paint.good("active");
  return status === "quarantined" ? paint.bad("quarantined") : paint.warning(safe(status));
}
