import type { LayoutName } from "palyra-skills/archive";
import { type CapabilityGrants, capabilityGrants, type PolicyBinding, policyBindings } from "palyra-skills/capability";
import { toHex } from "palyra-skills/encoding";
import type { Manifest, ManifestWarning } from "palyra-skills/manifest";
import { requiresReview } from "palyra-skills/manifest";
import type { SignatureDocument } from "palyra-skills/signature";
import * as v from "valibot";
import { operation } from "../operation.ts";
import { openArtifactFile } from "../shared/artifact.ts";
import { OPEN_ERRORS } from "../shared/errors.ts";
import { artifact } from "../shared/inputs.ts";

/** What is in an artifact; nothing is said of whether its key is trusted (spec 6.1, 12 `inspect`). */
export interface InspectDocument {
  readonly manifest: Manifest;
  readonly signature: SignatureDocument;
  readonly payload_sha256: string;
  readonly manifest_warnings: readonly ManifestWarning[];
  /** Paths of the entries, ascending. */
  readonly entries: readonly string[];
  /** The same with their sizes and digests. */
  readonly files: readonly { readonly path: string; readonly bytes: number; readonly sha256: string }[];
  readonly layout: LayoutName;
  /** 64 hex digits: what `skills trust add` takes. */
  readonly public_key_hex: string;
  readonly capability_grants: CapabilityGrants;
  readonly policy_bindings: readonly PolicyBinding[];
  readonly requires_review: boolean;
  readonly artifact_bytes: number;
}

export const inspect = operation({
  input: v.strictObject({ artifact }),
  examples: ["skills package inspect --artifact echo.palyra-skill"],
  notes: "The signature is checked; whether its key is trusted is another question (skills package verify).",
  errors: OPEN_ERRORS,
  run: async ({ home }, { artifact: file }, call): Promise<InspectDocument> => {
    const opened = await openArtifactFile(home, file, call);
    const { archive, manifest } = opened;
    return {
      manifest,
      signature: opened.signature,
      payload_sha256: opened.payloadSha256,
      manifest_warnings: opened.warnings,
      entries: archive.entries.map(({ path }) => path),
      files: archive.entries.map(({ path, bytes, sha256 }) => ({ path, bytes: bytes.byteLength, sha256 })),
      layout: opened.layout.name,
      public_key_hex: toHex(opened.publicKey),
      capability_grants: capabilityGrants(manifest),
      policy_bindings: policyBindings(manifest),
      requires_review: requiresReview(manifest),
      artifact_bytes: opened.size,
    };
  },
});
