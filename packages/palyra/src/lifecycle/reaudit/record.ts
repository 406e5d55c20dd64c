/** The index's record of a version, its artifact and its `install-metadata.json` against each other (spec 5.1, 5.4). Pure. */
import type { Fault } from "palyra-skills";
import type { VerifiedArtifact } from "palyra-skills/artifact";
import { readJson } from "palyra-skills/encoding";
import type { InstalledEntry } from "../../installed/index.ts";
import type { Finding } from "./reasons.ts";

/** What both hold, and nothing changes after an install; the trust decision does (spec 11.7, `skill.verified`). */
const FIXED = ["artifact_sha256", "payload_sha256", "publisher", "signature_key_id"] as const;

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

/** Other fields may be there, of other programs; these four must say what the index says. */
export function metadataFindings(entry: InstalledEntry, bytes: Uint8Array): readonly Finding[] {
  const read = readJson(bytes, (root) => {
    const fields = root.object();
    return FIXED.filter((field) => fields.required(field).string() !== entry[field]);
  });
  if (!read.ok) return [{ code: "install_metadata_changed", detail: read.faults[0]?.problem ?? "not JSON" }];
  return read.value.map((field) => ({ code: "install_metadata_changed", detail: field }));
}
