import { artifactRule, pass } from "../rule.ts";

export const manifestSanity = artifactRule({
  id: "manifest_sanity",
  severity: "error",
  asks: "Is the manifest valid?",
  stops: ["T4"],
  advice: "Nothing: an artifact whose manifest is not valid is refused before it is audited.",
  check: () => [pass("The manifest is valid, and compatible with this host.")],
});
