import { artifactRule, pass } from "../rule.ts";

export const sbomPresence = artifactRule({
  id: "sbom_presence",
  severity: "error",
  asks: "Does the artifact carry a CycloneDX SBOM?",
  stops: [],
  advice: "Nothing: an artifact without one is refused before it is audited.",
  check: () => [pass("The artifact carries a CycloneDX SBOM.")],
});
