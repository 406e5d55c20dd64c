import { artifactRule, pass } from "../rule.ts";

export const signatureValidity = artifactRule({
  id: "signature_validity",
  severity: "error",
  asks: "Is the artifact signed by the key that its publisher is trusted with?",
  why: "Without a signature over every entry anybody on the way could have changed what runs.",
  references: ["CVE-2013-4787", "CVE-2017-13156"],
  advice: "Nothing: an artifact whose signature does not hold is refused before it is audited.",
  // An artifact that was not verified cannot reach the audit: the type of its argument is the proof (spec 1.5).
  check: () => [pass("The signature holds for every entry of the artifact.")],
});
