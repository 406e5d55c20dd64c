import type { Manifest } from "palyra-skills/manifest";
import type { Outputs } from "../../operations/catalog.ts";
import { capabilityTree } from "../../operations/shared/consent.ts";
import { keyPicture } from "../../operations/wording/keys.ts";
import { safe } from "../../operations/wording/safe.ts";
import { moment, size } from "../../operations/wording/units.ts";
import { fields, table } from "../text/layout.ts";
import type { Paint } from "../text/paint.ts";
import { eligibilityCell } from "./eligibility.ts";
import { TRUST, warningFields } from "./verification.ts";
import type { View } from "./view.ts";

export const inspectView: View<Outputs["skills package inspect"]> = (inspected, paint) => {
  const { manifest, signature, files } = inspected;
  return [
    ...heading(manifest, paint),
    ...fields(
      [
        ["publisher", safe(manifest.publisher)],
        ["signed with", `${safe(signature.key_id)}, ${moment(signature.signed_at_unix_ms)} by its own account`],
        ["public key", inspected.public_key_hex],
        ...keyPicture(inspected.public_key_hex).map((line) => ["", line] as const),
        ["payload", inspected.payload_sha256],
        ["layout", `${safe(inspected.layout)}, ${size(inspected.artifact_bytes)}`],
        ...warningFields(inspected.manifest_warnings, paint),
        ...(inspected.requires_review ? ([["review", paint.warning("needed: a tool generated this skill")]] as const) : []),
      ],
      paint,
      "  ",
    ),
    "",
    ...table(
      ["entry", "size", "sha-256"],
      files.map(({ path, bytes, sha256 }) => [
        { text: safe(path) },
        { text: size(bytes) },
        { text: sha256.slice(0, 16), paint: "faint" },
      ]),
      paint,
    ),
    ...asksFor(manifest),
    "",
    paint.command("The signature holds. Whether its key is trusted: palyra skills package verify"),
  ];
};

export const infoView: View<Outputs["skills info"]> = (info, paint) => {
  const { inventory, manifest, signature } = info;
  const { status, reason, operator_principal: by } = inventory.runtime_status;
  const eligibility = eligibilityCell(inventory);
  return [
    ...heading(manifest, paint),
    ...fields(
      [
        ["publisher", safe(manifest.publisher)],
        ["signed with", safe(signature.key_id)],
        ["trust", TRUST[inventory.trust_decision]],
        [
          "status",
          `${safe(status)}${reason === undefined ? "" : `, ${safe(reason)}`}${by === undefined ? "" : ` (${safe(by)})`}`,
        ],
        ["here", eligibility.paint === undefined ? eligibility.text : paint[eligibility.paint](eligibility.text)],
        ...inventory.eligibility.reasons.map((each) => ["", safe(each)] as const),
        ["installed", `${moment(inventory.installed_at_unix_ms)} from ${safe(inventory.source.reference)}`],
        ["current", inventory.current ? "yes" : "no, another version is"],
        ["artifact", safe(info.cached_artifact_path)],
        ["sha-256", inventory.artifact_sha256],
      ],
      paint,
      "  ",
    ),
    ...secretLines(inventory.missing_secrets, paint),
    ...asksFor(manifest),
    "",
    "Tools",
    ...fields(
      manifest.entrypoints.tools.map(({ id, description }) => [safe(id), safe(description)]),
      paint,
      "  ",
    ),
  ];
};

/** Declared secrets that nobody has stored: they block nothing (spec 11.3), but the skill will miss them. */
export function secretLines(secrets: readonly { readonly scope: string; readonly key: string }[], paint: Paint): string[] {
  if (secrets.length === 0) return [];
  return [
    "",
    "It declares secrets that are not stored here:",
    ...secrets.map(({ scope, key }) => `  ${safe(scope)}/${safe(key)}`),
    paint.command("palyra secrets set SCOPE KEY stores one."),
  ];
}

function heading({ name, skill_id, version, operator }: Manifest, paint: Paint): string[] {
  const { summary } = operator;
  return [
    `${paint.strong(safe(name))}  ${safe(skill_id)} ${safe(version)}`,
    ...(summary === undefined ? [] : [`  ${safe(summary)}`]),
    "",
  ];
}

function asksFor(manifest: Manifest): string[] {
  return ["", "It asks for", ...capabilityTree(manifest)];
}
