import type { Outputs } from "../../operations/catalog.ts";
import { safe } from "../../operations/wording/safe.ts";
import { fields } from "../text/layout.ts";
import type { View } from "./view.ts";

export const provenanceView: View<Outputs["skills provenance verify"]> = (verified, paint) => {
  const { signer, binds } = verified;
  return [
    `${paint.good("holds")} ${safe(verified.attestation)} is about ${safe(verified.skill_id)} ${safe(verified.version)}`,
    ...fields(
      [
        ...(signer.kind === "certificate"
          ? ([
              ["signed by", safe(signer.identity)],
              ["vouched for by", safe(signer.issuer)],
            ] as const)
          : ([["signed with", `${safe(signer.key_file)}, ${safe(signer.algorithm)}`]] as const)),
        ["says", safe(verified.predicate_type ?? "nothing: the artifact itself was signed")],
        ...verified.builders.map((id) => ["built by", safe(id)] as const),
        ["is of", binds === "artifact" ? `this artifact, ${safe(verified.artifact_sha256)}` : "each of its modules"],
      ],
      paint,
      "  ",
    ),
  ];
};
