import type { Outputs } from "../../operations/catalog.ts";
import { safe } from "../../operations/wording/safe.ts";
import { size } from "../../operations/wording/units.ts";
import { fields } from "../text/layout.ts";
import type { View } from "./view.ts";

export const keygenView: View<Outputs["skills keygen"]> = ({ output, vault_ref, key_id, public_key_hex }, paint) => [
  `${paint.good("made")} a signing key in ${output === undefined ? `the vault, as ${safe(vault_ref ?? "")}` : `${safe(output)}, readable by you alone`}`,
  ...fields(
    [
      ["key id", key_id],
      ["public key", public_key_hex],
    ],
    paint,
    "  ",
  ),
  "",
  output === undefined
    ? paint.command("Publish the public key; palyra skills package build --signing-key-vault-ref signs with the secret one.")
    : "Publish the public key, and keep the file where no build log and no repository sees it.",
];

export const buildView: View<Outputs["skills package build"]> = (built, paint) => [
  `${paint.good("packed")} ${safe(built.skill_id)} ${safe(built.version)} into ${safe(built.artifact_path)} (${size(built.artifact_bytes)})${built.replaced === true ? ", in place of the file that was there" : ""}`,
  ...fields(
    [
      ["publisher", safe(built.publisher)],
      ["signed with", built.signature_key_id],
      ["payload", built.payload_sha256],
    ],
    paint,
    "  ",
  ),
];
