import { type Fields, isSha256Hex, type JsonReader } from "palyra-skills/encoding";
import { isIdentifier, isSkillId, parseVersion } from "palyra-skills/manifest";
import type { InstalledEntry, SecretKey, Source } from "./entry.ts";

const problems = {
  skillId: (text: string) => (isSkillId(text) ? undefined : "not a skill id"),
  identifier: (text: string) => (isIdentifier(text) ? undefined : "not an identifier"),
  version: (text: string) => (parseVersion(text) === undefined ? "not a canonical version" : undefined),
  sha256: (text: string) => (isSha256Hex(text) ? undefined : "not 64 lower-case hex digits"),
};

/** One record of the index (spec 5.1). Ids and versions become paths: only canonical ones pass. */
export function readEntry(reader: JsonReader): InstalledEntry {
  const fields = reader.object();
  const skill_id = fields.required("skill_id").string(problems.skillId);
  const version = fields.required("version").string(problems.version);
  const publisher = fields.required("publisher").string(problems.identifier);
  const current = fields.required("current").boolean();
  const installed_at_unix_ms = fields.required("installed_at_unix_ms").safeInteger();
  const facts = readInstallFacts(fields);
  const security_scan = fields.optional("security_scan", (at) => at.value());
  const rollback_snapshot = fields.optional("rollback_snapshot", (at) => at.value());
  fields.finish();
  return {
    skill_id,
    version,
    publisher,
    current,
    installed_at_unix_ms,
    ...facts,
    ...(security_scan === undefined ? {} : { security_scan }),
    ...(rollback_snapshot === undefined ? {} : { rollback_snapshot }),
  };
}

/** The fields that the index and `install-metadata.json` share. */
function readInstallFacts(fields: Fields) {
  return {
    artifact_sha256: fields.required("artifact_sha256").string(problems.sha256),
    payload_sha256: fields.required("payload_sha256").string(problems.sha256),
    signature_key_id: fields.required("signature_key_id").string(),
    trust_decision: fields.required("trust_decision").oneOf(["allowlisted", "tofu_pinned", "tofu_newly_pinned"]),
    source: readSource(fields.required("source")),
    missing_secrets: fields.required("missing_secrets").array(readSecret),
  };
}

function readSource(reader: JsonReader): Source {
  const fields = reader.object();
  const kind = fields.required("kind").oneOf(["local_artifact", "local_registry", "remote_registry", "oci_registry"]);
  const reference = fields.required("reference").string();
  fields.finish();
  return { kind, reference };
}

function readSecret(reader: JsonReader): SecretKey {
  const fields = reader.object();
  const scope = fields.required("scope").string();
  const key = fields.required("key").string();
  fields.finish();
  return { scope, key };
}
