import { artifactRule, pass } from "../rule.ts";

export const manifestSanity = artifactRule({
  id: "manifest_sanity",
  severity: "error",
  asks: "Is the manifest valid?",
  why: "A field that two readers take in two ways lets one of them approve what the other runs.",
  references: ["T4"],
  advice: "Nothing: an artifact whose manifest is not valid is refused before it is audited.",
  check: () => [pass("The manifest is valid, and compatible with this host.")],
});
