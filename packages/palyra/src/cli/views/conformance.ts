import type { Outputs } from "../../operations/catalog.ts";
import { safe } from "../../operations/wording/safe.ts";
import { table } from "../text/layout.ts";
import type { View } from "./view.ts";

export const conformanceView: View<Outputs["skills conformance run"]> = (report, paint) => [
  ...table(
    ["area", "agree", "differ", "not covered"],
    report.areas.map(({ area, agreed, differences, not_covered }) => [
      { text: safe(area), paint: "strong" },
      { text: String(agreed) },
      { text: String(differences.length), paint: differences.length === 0 ? "faint" : "bad" },
      { text: String(not_covered), paint: not_covered === 0 ? "faint" : "warning" },
    ]),
    paint,
  ),
  ...report.areas.flatMap(({ area, differences }) =>
    differences.flatMap((difference) => [
      "",
      `${paint.bad("differs")}  ${safe(area)} ${safe(difference.case)}${difference.known ? paint.faint("  known: see docs/interoperability.md") : ""}`,
      `  expected  ${safe(difference.expected)}`,
      `  answered  ${safe(difference.actual)}`,
    ]),
  ),
  "",
  `${report.agreed} agree, ${report.differed === 0 ? "0 differ" : paint.bad(`${report.differed} differ`)}, ${report.not_covered} not covered`,
];
