import type { Outputs } from "../../operations/catalog.ts";
import { auditedOf } from "../../operations/shared/audit-line.ts";
import { safe } from "../../operations/wording/safe.ts";
import { count } from "../../operations/wording/units.ts";
import type { Paint } from "../text/paint.ts";
import { shownLines } from "./report.ts";
import { ruleLines } from "./rule.ts";
import type { View } from "./view.ts";

export const auditView: View<Outputs["skills audit"]> = (document, paint: Paint) => {
  if ("rule" in document) return ruleLines(document, paint);
  if (document.audits.length === 0) return [safe(document.message ?? "nothing to audit")];
  const shown = shownLines(document, "audit", () => document.audits.map(auditedOf), paint);
  if (shown instanceof Uint8Array) return shown;
  // What is accepted fails no pipeline, and is quarantined as ever: it is told beside.
  const { audited, quarantine_required: refused } = document.summary;
  return [
    ...shown,
    `${count(audited, "audit")}: ${refused === 0 ? paint.good("nothing to quarantine") : paint.bad(`${refused} to quarantine`)}`,
  ];
};
