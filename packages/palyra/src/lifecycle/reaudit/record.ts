/** The index's record of a version, its artifact and its `install-metadata.json` against each other (spec 5.1, 5.4). Pure. */
import type { Fault } from "palyra-skills";
import type { VerifiedArtifact } from "palyra-skills/artifact";
import { readJson } from "palyra-skills/encoding";
import type { InstalledEntry } from "../../installed/index.ts";
import type { Finding } from "./reasons.ts";

/**
 * Where the index says something else of the very artifact whose digest it has: then the index was changed, and not the skill. An index
 * that calls one skill by another's name would lend it the other's status and trust. T1.
 */
export function recordFaults(entry: InstalledEntry, { manifest, payloadSha256, keyId }: VerifiedArtifact): readonly Fault[] {
  const { skill_id, version, publisher } = manifest;
  const said = { skill_id, version, publisher, payload_sha256: payloadSha256, signature_key_id: keyId };
  return (["skill_id", "version", "publisher", "payload_sha256", "signature_key_id"] as const)
    .filter((field) => said[field] !== entry[field])
    .map((field) => ({
      path: `${entry.skill_id}@${entry.version}.${field}`,
      problem: "not what the artifact says",
      found: entry[field],
      allowed: said[field],
    }));
}

/**
 * What the metadata says of the artifact that lies beside it. Other fields may be there, of other programs; the trust decision may be
 * another by now (spec 11.7, `skill.verified`). Held against the artifact, not the index: which of the two lies is told apart.
 */
export function metadataFindings(entry: InstalledEntry, artifact: VerifiedArtifact, bytes: Uint8Array): readonly Finding[] {
  const said = {
    artifact_sha256: entry.artifact_sha256,
    payload_sha256: artifact.payloadSha256,
    publisher: artifact.manifest.publisher,
    signature_key_id: artifact.keyId,
  };
  const read = readJson(bytes, (root) => {
    const fields = root.object();
    return Object.entries(said).filter(([field, value]) => fields.required(field).string() !== value);
  });
  if (!read.ok) return [{ code: "install_metadata_changed", detail: read.faults[0]?.problem ?? "not JSON" }];
  return read.value.map(([field]) => ({ code: "install_metadata_changed", detail: field }));
}
