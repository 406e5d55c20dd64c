import { isSha256Hex, type JsonObject, type JsonReader, readJson, writeJson } from "../encoding/index.ts";
import { SkillError } from "../errors.ts";
import { isIdentifier, isSkillId } from "../manifest/index.ts";
import { publicKeyHex } from "./key.ts";

/**
 * `trust-constraints.json` (spec 3.1): what the trust store of Palyra has no room for, beside it and under the same lock.
 * Fields and their order are those of the file; keys and digests are lower-case hex, times milliseconds since 1970.
 */
export interface TrustConstraints {
  readonly schema_version: 1;
  readonly revoked: readonly RevokedKey[];
  readonly revoked_payloads: readonly RevokedPayload[];
  readonly rotations: readonly RotationRecord[];
  readonly keys: readonly KeyScope[];
  /** By registry id. */
  readonly registry_keys: ReadonlyMap<string, readonly string[]>;
  /** Publisher by skill id; an owner outlives a removal (T3). */
  readonly owners: ReadonlyMap<string, string>;
}

export interface RevokedKey {
  readonly publisher: string;
  readonly public_key: string;
  readonly reason: string;
  readonly revoked_at_unix_ms: number;
}

export interface RevokedPayload {
  readonly payload_sha256: string;
  readonly reason: string;
  readonly revoked_at_unix_ms: number;
}

export interface RotationRecord {
  readonly publisher: string;
  readonly sequence: number;
  readonly statement_sha256: string;
  readonly frozen: boolean;
}

export interface KeyScope {
  readonly publisher: string;
  readonly public_key: string;
  readonly skill_id_prefixes: readonly string[];
  readonly not_before_unix_ms?: number;
  readonly not_after_unix_ms?: number;
}

export const EMPTY_CONSTRAINTS: TrustConstraints = {
  schema_version: 1,
  revoked: [],
  revoked_payloads: [],
  rotations: [],
  keys: [],
  registry_keys: new Map(),
  owners: new Map(),
};

/**
 * Reads the constraints. Every list is required, so that a file cut by hand is not one without revocations.
 * @param document the file, for the error
 * @throws SkillError `Serialization` with all faults, each naming its entry
 */
export function parseConstraints(bytes: Uint8Array, document: string): TrustConstraints {
  const result = readJson(bytes, (root): TrustConstraints => {
    const fields = root.object();
    fields.required("schema_version").integer({ min: 1n, max: 1n });
    const constraints = {
      schema_version: 1,
      revoked: fields.required("revoked").array(readRevokedKey),
      revoked_payloads: fields.required("revoked_payloads").array(readRevokedPayload),
      rotations: fields.required("rotations").array(readRotation),
      keys: fields.required("keys").array(readKeyScope),
      registry_keys: fields.required("registry_keys").map((keys, id) => {
        if (id === "") keys.fault("a registry without a name");
        return keys.array(publicKeyHex);
      }),
      owners: fields.required("owners").map((owner, id) => {
        if (!isSkillId(id)) owner.fault("not an owner of a skill id", { found: id });
        return identifier(owner);
      }),
    } as const;
    fields.finish();
    return constraints;
  });
  if (!result.ok) throw new SkillError("Serialization", { document, faults: result.faults });
  return result.value;
}

/** Writes the constraints: two spaces of indent, fields in the order of spec 3.1, maps sorted. No line feed at the end. */
export function writeConstraints(constraints: TrustConstraints): string {
  const { schema_version, revoked, revoked_payloads, rotations, keys, registry_keys, owners } = constraints;
  const document: JsonObject = {
    schema_version,
    revoked: revoked.map((each): JsonObject => ({ ...each })),
    revoked_payloads: revoked_payloads.map((each): JsonObject => ({ ...each })),
    rotations: rotations.map((each): JsonObject => ({ ...each })),
    keys: keys.map((each): JsonObject => ({ ...each })),
    registry_keys: sortedObject(registry_keys),
    owners: sortedObject(owners),
  };
  return writeJson(document, { indent: 2 });
}

function sortedObject(map: ReadonlyMap<string, string | readonly string[]>): JsonObject {
  return Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function readRevokedKey(reader: JsonReader): RevokedKey {
  const fields = reader.object();
  const revoked = {
    publisher: identifier(fields.required("publisher")),
    public_key: publicKeyHex(fields.required("public_key")),
    reason: fields.required("reason").string(),
    revoked_at_unix_ms: time(fields.required("revoked_at_unix_ms")),
  };
  fields.finish();
  return revoked;
}

function readRevokedPayload(reader: JsonReader): RevokedPayload {
  const fields = reader.object();
  const revoked = {
    payload_sha256: digest(fields.required("payload_sha256")),
    reason: fields.required("reason").string(),
    revoked_at_unix_ms: time(fields.required("revoked_at_unix_ms")),
  };
  fields.finish();
  return revoked;
}

function readRotation(reader: JsonReader): RotationRecord {
  const fields = reader.object();
  const rotation = {
    publisher: identifier(fields.required("publisher")),
    sequence: fields.required("sequence").safeInteger({ min: 0 }),
    statement_sha256: digest(fields.required("statement_sha256")),
    frozen: fields.required("frozen").boolean(),
  };
  fields.finish();
  return rotation;
}

function readKeyScope(reader: JsonReader): KeyScope {
  const fields = reader.object();
  const notBefore = fields.optional("not_before_unix_ms", time);
  const notAfter = fields.optional("not_after_unix_ms", time);
  const scope = {
    publisher: identifier(fields.required("publisher")),
    public_key: publicKeyHex(fields.required("public_key")),
    skill_id_prefixes: fields.required("skill_id_prefixes").array((prefix) => prefix.string(skillIdProblem)),
    ...(notBefore === undefined ? {} : { not_before_unix_ms: notBefore }),
    ...(notAfter === undefined ? {} : { not_after_unix_ms: notAfter }),
  };
  fields.finish();
  return scope;
}

const identifier = (reader: JsonReader): string =>
  reader.string((text) => (isIdentifier(text) ? undefined : "not an identifier"));

/** A prefix is made of whole segments, so it is a skill id itself (spec 3.4). */
const skillIdProblem = (text: string): string | undefined => (isSkillId(text) ? undefined : "not a skill id of whole segments");

const digest = (reader: JsonReader): string =>
  reader.string((text) => (isSha256Hex(text) ? undefined : "not a SHA-256 of 64 lower-case hex digits"));

const time = (reader: JsonReader): number => reader.safeInteger();
