import { artifactRule, finding } from "../rule.ts";

/** One check for each warning of the manifest, `manifest_warning:<code>` (spec 2.4, 4.3). */
export const manifestWarning = artifactRule({
  id: "manifest_warning",
  severity: "warning",
  asks: "Is there something in the manifest that its author would want to know of?",
  why: "What an author overlooks in a manifest, users meet as a surprise.",
  references: [],
  advice: "Follow the warning; the skill works without.",
  example: {
    flagged: "manifest_version = 1",
    passes: "manifest_version = 2",
  },
  check: ({ warnings }) =>
    warnings.map(({ code, severity, message }) => ({ ...finding("warn", message, { code, severity }), code })),
});
