import { artifactRule, pass } from "../rule.ts";

export const provenancePresence = artifactRule({
  id: "provenance_presence",
  severity: "error",
  asks: "Does the artifact carry a provenance statement?",
  why: "Without it nobody can say from which source, and by whom, the modules were built.",
  references: [],
  advice: "Nothing: an artifact without one is refused before it is audited.",
  check: () => [pass("The artifact carries a provenance statement.")],
});
