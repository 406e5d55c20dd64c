import { type Area, type Change, isModelText } from "palyra-skills/diff";
import type { Outputs } from "../../operations/catalog.ts";
import { changeLines } from "../../operations/shared/change-lines.ts";
import { changeInWords } from "../../operations/shared/changes.ts";
import type { DiffSide } from "../../operations/skills/diff.ts";
import { safe } from "../../operations/wording/safe.ts";
import { count } from "../../operations/wording/units.ts";
import { fields } from "../text/layout.ts";
import type { Paint } from "../text/paint.ts";
import type { View } from "./view.ts";

export const diffView: View<Outputs["skills diff"]> = ({ old, new: next, same, changes, widening }, paint) => [
  ...fields(
    [
      ["old", sideInWords(old)],
      ["new", sideInWords(next)],
    ],
    paint,
  ),
  "",
  ...(same
    ? ["Nothing differs."]
    : [...wideningLines(widening, paint), ...wordsNotice(changes, paint), ...areaLines(changes, paint)]),
];

function sideInWords(side: DiffSide): string {
  const place = side.source === "installed" ? "installed" : safe(side.reference);
  return `${safe(side.skill_id)} ${safe(side.version)}, ${place}, signed with ${safe(side.signature_key_id)}: the signature holds`;
}

function wideningLines(widening: readonly Change[], paint: Paint): string[] {
  if (widening.length === 0) return ["It asks for nothing more than before."];
  return [
    paint.warning(
      `It asks for more than before: ${count(widening.length, "change")} that ${widening.length === 1 ? "needs" : "need"} a new consent`,
    ),
    ...widening.map((change) => `  ${paint.warning("!")} ${changeInWords(change)}`),
  ];
}

/** Words are no grant, and a model obeys them all the same: they must not be overlooked (spec 9.2). */
function wordsNotice(changes: readonly Change[], paint: Paint): string[] {
  const words = changes.filter(({ path }) => isModelText(path));
  const areas = [...new Set(words.map(({ area }) => TITLES[area]))].join(" and ");
  return words.length === 0 ? [] : [paint.warning(`What a model reads changed in ${count(words.length, "place")}: see ${areas}`)];
}

const TITLES: { readonly [area in Area]: string } = {
  identity: "Identity",
  tools: "Tools",
  capabilities: "Capabilities",
  quotas: "Quotas",
  operator: "For operators",
  compat: "Compatibility",
  builder: "Builder",
  imports: "Imports",
  exports: "Exports",
  files: "Files",
  sbom: "SBOM components",
  provenance: "Provenance",
};

function areaLines(changes: readonly Change[], paint: Paint): string[] {
  // With --widening all of them are listed already.
  if (changes.every(({ widening }) => widening)) return [];
  const areas = [...new Set(changes.map(({ area }) => area))];
  return areas.flatMap((area) => [
    "",
    paint.strong(TITLES[area]),
    ...changes.filter((change) => change.area === area).flatMap((change) => changeLines(change, paint)),
  ]);
}
