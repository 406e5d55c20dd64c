import type { VerifiedArtifact } from "../artifact/index.ts";
import { type JsonValue, toHex } from "../encoding/index.ts";
import type { Manifest, Operator } from "../manifest/index.ts";
import type { Changes } from "./change.ts";
import { compareValues, plain } from "./values.ts";

/**
 * Who it is and who signed it. Nothing of it widens: another key is a matter of trust (spec 3.2), another publisher one of the owner
 * (3.4), and each has a step of its own that a person must take.
 */
export function compareIdentity(changes: Changes, old: VerifiedArtifact, next: VerifiedArtifact): void {
  for (const field of ["skill_id", "name", "version", "publisher", "manifest_version"] as const)
    changes.compared("identity", field, old.manifest[field], next.manifest[field]);
  changes.compared("identity", "signature.public_key", toHex(old.publicKey), toHex(next.publicKey));
  changes.compared("identity", "payload_sha256", old.payloadSha256, next.payloadSha256);
}

/** What is for operators, but for the contracts (grants.ts); compatibility; the builder's part. */
export function compareRest(changes: Changes, old: Manifest, next: Manifest): void {
  compareValues(changes, "operator", "operator", operatorFields(old.operator), operatorFields(next.operator));
  compareValues(changes, "compat", "compat", plain(old.compat), plain(next.compat));
  compareValues(changes, "builder", "builder", optional(old.builder), optional(next.builder));
}

function operatorFields({ plugin, ...fields }: Operator): JsonValue {
  const { contracts: _, ...named } = plugin;
  return plain({ ...fields, plugin: named });
}

const optional = (value: object | undefined): JsonValue | undefined => (value === undefined ? undefined : plain(value));
