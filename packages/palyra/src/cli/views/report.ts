import { type Audited, type TextStyle, textLines } from "palyra-skills/report";
import { shownOf, type Told } from "../../operations/shared/report-forms.ts";
import { safe } from "../../operations/wording/safe.ts";
import { count } from "../../operations/wording/units.ts";
import { nodePlatform } from "../../platform/index.ts";
import type { Paint } from "../text/paint.ts";
import { width } from "../text/width.ts";

/** What was found, in the form that was asked for: bytes where that is another than the terminal's. */
export function shownLines(
  document: Told & object,
  of: "audit" | "lint",
  audited: () => readonly Audited[],
  paint: Paint,
): readonly string[] | Uint8Array {
  const { report, rendered } = shownOf(document, of, audited, nodePlatform);
  if (rendered !== undefined) return new TextEncoder().encode(rendered);
  return [...textLines(report, styleOf(paint)), ...besides(document, paint)];
}

/** Messages are as long as they are; a stranger's part of them was cut where they were made. */
const styleOf = (paint: Paint): TextStyle => ({
  good: paint.good,
  warning: paint.warning,
  bad: paint.bad,
  strong: paint.strong,
  faint: paint.faint,
  width,
  safe: (text) => safe(text, Number.POSITIVE_INFINITY),
});

/** Which files were written. */
function besides({ baseline, output }: Told, { strong }: Paint): string[] {
  return [
    ...(baseline?.added === undefined ? [] : [`${count(baseline.added, "finding")} accepted in ${strong(safe(baseline.file))}`]),
    ...(output === undefined ? [] : [`${output.format} written to ${strong(safe(output.file))}`]),
  ];
}
