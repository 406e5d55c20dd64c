import type { ManifestWarning } from "palyra-skills/manifest";
import type { TrustDecision, VerificationReport } from "palyra-skills/trust";
import { capabilityTree } from "../../operations/shared/consent.ts";
import { prose, safe } from "../../operations/wording/safe.ts";
import { fields } from "../text/layout.ts";
import type { Paint } from "../text/paint.ts";
import type { View } from "./view.ts";

export const verificationView: View<VerificationReport> = (report, paint) => {
  const { manifest, trust_decision, payload_sha256, manifest_warnings } = report;
  return [
    `${paint.good("verified")} ${safe(manifest.skill_id)} ${safe(manifest.version)}`,
    ...fields(
      [
        ["publisher", safe(manifest.publisher)],
        ["trust", TRUST[trust_decision]],
        ["payload", payload_sha256],
        ...warningFields(manifest_warnings, paint),
      ],
      paint,
      "  ",
    ),
    "",
    "It asks for",
    ...capabilityTree(manifest),
  ];
};

/** The decision of spec 3.2 in words. */
export const TRUST: { readonly [decision in TrustDecision]: string } = {
  allowlisted: "its key is on your list (allowlisted)",
  tofu_pinned: "its key is the one seen before (tofu_pinned)",
  tofu_newly_pinned: "its key is seen for the first time (tofu_newly_pinned)",
};

export function warningFields(warnings: readonly ManifestWarning[], paint: Paint): [string, string][] {
  return warnings.map(({ code, message }) => ["warning", `${paint.warning(prose(message))} ${paint.faint(`(${safe(code)})`)}`]);
}
