import { finding, manifestRule, pass } from "../rule.ts";

/** In the order in which the report lists them. */
const KINDS = ["filesystem", "http_egress", "secrets", "device", "node"] as const;

export const forbiddenWildcardCapabilities = manifestRule({
  id: "forbidden_wildcard_capabilities",
  severity: "error",
  asks: "Does the skill opt in to wildcards, which the policy does not allow?",
  why: "With a wildcard nobody who reads the manifest knows what the skill may reach, today or after an update.",
  references: ["CWE-250"],
  advice: "Name what the skill needs instead of `*`, or allow wildcards: `allow_wildcard_capabilities` in the audit policy.",
  example: {
    flagged: '[capabilities]\nhttp_egress_allowlist = ["*.example.com"]\n[capabilities.wildcard_opt_in]\nhttp_egress = true',
    passes: '[capabilities]\nhttp_egress_allowlist = ["api.example.com"]',
  },
  check: ({ manifest, policy }) => {
    const wildcard_opt_ins = KINDS.filter((kind) => manifest.capabilities.wildcard_opt_in[kind]);
    const { allow_wildcard_capabilities } = policy;
    const details = { wildcard_opt_ins, allow_wildcard_capabilities };
    if (wildcard_opt_ins.length === 0) return [pass("Opts in to no wildcard.", details)];
    const kinds = wildcard_opt_ins.join(", ");
    if (allow_wildcard_capabilities) return [pass(`Opts in to wildcards, which the policy allows: ${kinds}.`, details)];
    return [
      finding(
        "fail",
        `The manifest opts in to wildcards (${kinds}), and the policy allows none. Name what the skill needs and remove ` +
          "`capabilities.wildcard_opt_in`, or set `allow_wildcard_capabilities` in the audit policy.",
        { wildcard_opt_ins },
      ),
    ];
  },
});
