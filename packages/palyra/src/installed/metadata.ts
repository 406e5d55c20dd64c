/** `install-metadata.json` in each version's folder (spec 5.1): what the index says of it, beside the bytes. */
import { writeJson } from "palyra-skills/encoding";
import type { InstalledEntry } from "./entry.ts";

export function writeMetadata(entry: InstalledEntry): string {
  const document = {
    schema_version: 1,
    installed_at_unix_ms: entry.installed_at_unix_ms,
    source: { ...entry.source },
    artifact_sha256: entry.artifact_sha256,
    payload_sha256: entry.payload_sha256,
    publisher: entry.publisher,
    signature_key_id: entry.signature_key_id,
    trust_decision: entry.trust_decision,
    missing_secrets: entry.missing_secrets.map((each) => ({ ...each })),
  };
  return `${writeJson(document, { indent: 2 })}\n`;
}
