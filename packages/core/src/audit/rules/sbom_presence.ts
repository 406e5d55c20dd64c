import { artifactRule, pass } from "../rule.ts";

export const sbomPresence = artifactRule({
  id: "sbom_presence",
  severity: "error",
  asks: "Does the artifact carry a CycloneDX SBOM?",
  why: "Without it nobody can tell whether a skill is affected when one of its components is found vulnerable.",
  references: [],
  advice: "Nothing: an artifact without one is refused before it is audited.",
  check: () => [pass("The artifact carries a CycloneDX SBOM.")],
});
