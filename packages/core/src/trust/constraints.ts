import { isSha256Hex, type JsonObject, type JsonReader, readDocument, writeJson } from "../encoding/index.ts";
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
  /** The lists that are followed; absent in the file where there is none. */
  readonly revocation_lists: readonly FollowedList[];
}

export interface RevokedKey {
  readonly publisher: string;
  readonly public_key: string;
  readonly reason: string;
  readonly revoked_at_unix_ms: number;
  /** The issuer of the list that says so; such an entry is the list's, and never written to the file. */
  readonly list?: string;
}

export interface RevokedPayload {
  readonly payload_sha256: string;
  readonly reason: string;
  readonly revoked_at_unix_ms: number;
  /** As of a key. */
  readonly list?: string;
}

/** A revocation list that an operator follows: where it is, and whose signature it must have (spec 3.4). */
export interface FollowedList {
  readonly issuer: string;
  /** A file's absolute path, or an https address. */
  readonly source: string;
  /** Any of these signs it; keys for lists are a role of their own. At least one. */
  readonly public_keys: readonly string[];
  /** Milliseconds after its expiry in which it counts as if it were fresh, with a warning. */
  readonly grace_ms: number;
  /** Beyond that: `warn` refuses installs, and warns of all else; `block` refuses whatever decides on trust. */
  readonly when_stale: "warn" | "block";
  /** A file with the certificates of a private authority, for an https address. */
  readonly ca_cert?: string;
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
  revocation_lists: [],
};

/**
 * Reads the constraints. Every list is required, so that a file cut by hand is not one without revocations.
 * @param document the file, for the error
 * @throws SkillError `Serialization` with all faults, each naming its entry
 */
export function parseConstraints(bytes: Uint8Array, document: string): TrustConstraints {
  return readDocument(bytes, document, readConstraints);
}

/** The same as a part of another document. */
export function readConstraints(root: JsonReader): TrustConstraints {
  const fields = root.object();
  fields.required("schema_version").integer({ min: 1n, max: 1n });
  const constraints = {
    schema_version: 1,
    revoked: fields.required("revoked").array(readRevokedKey),
    revoked_payloads: fields.required("revoked_payloads").array(readRevokedPayload),
    rotations: readRotations(fields.required("rotations")),
    keys: fields.required("keys").array(readKeyScope),
    registry_keys: fields.required("registry_keys").map((keys, id) => {
      if (id === "") keys.fault("a registry without a name");
      return keys.array(publicKeyHex);
    }),
    owners: fields.required("owners").map((owner, id) => {
      if (!isSkillId(id)) owner.fault("not an owner of a skill id", { found: id });
      return identifier(owner);
    }),
    revocation_lists: fields.optional("revocation_lists", readFollowedLists) ?? [],
  } as const;
  fields.finish();
  return constraints;
}

/** Writes the constraints: two spaces of indent, fields in the order of spec 3.1, maps sorted. No line feed at the end. */
export function writeConstraints(constraints: TrustConstraints): string {
  return writeJson(constraintsDocument(constraints), { indent: 2 });
}

/** The same as a part of another document. */
export function constraintsDocument(constraints: TrustConstraints): JsonObject {
  const { schema_version, revoked, revoked_payloads, rotations, keys, registry_keys, owners, revocation_lists } = constraints;
  const own = ({ list }: RevokedKey | RevokedPayload): boolean => list === undefined;
  return {
    schema_version,
    revoked: revoked.filter(own).map((each): JsonObject => ({ ...each })),
    revoked_payloads: revoked_payloads.filter(own).map((each): JsonObject => ({ ...each })),
    rotations: rotations.map((each): JsonObject => ({ ...each })),
    keys: keys.map((each): JsonObject => ({ ...each })),
    registry_keys: sortedObject(registry_keys),
    owners: sortedObject(owners),
    ...(revocation_lists.length === 0 ? {} : { revocation_lists: revocation_lists.map((each): JsonObject => ({ ...each })) }),
  };
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

/** One for a publisher: with two, which of them counts would be chance. */
function readRotations(reader: JsonReader): readonly RotationRecord[] {
  const known = new Set<string>();
  return reader.array((each) => {
    const rotation = readRotation(each);
    if (known.has(rotation.publisher)) each.fault("a second rotation of one publisher", { found: rotation.publisher });
    known.add(rotation.publisher);
    return rotation;
  });
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

/** One entry of `keys`. */
export function readKeyScope(reader: JsonReader): KeyScope {
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

/** By issuer, each once. */
function readFollowedLists(reader: JsonReader): FollowedList[] {
  const issuers = new Set<string>();
  return reader.array((item) => {
    const list = readFollowedList(item);
    if (issuers.has(list.issuer)) item.fault("a second list of one issuer");
    issuers.add(list.issuer);
    return list;
  });
}

/** One entry of `revocation_lists`. */
export function readFollowedList(reader: JsonReader): FollowedList {
  const fields = reader.object();
  const keys = fields.required("public_keys");
  const public_keys = keys.array(publicKeyHex);
  if (public_keys.length === 0) keys.fault("no keys", { allowed: "at least one key" });
  const ca = fields.optional("ca_cert", (file) => file.string(blankProblem));
  const list = {
    issuer: identifier(fields.required("issuer")),
    source: fields.required("source").string(blankProblem),
    public_keys,
    grace_ms: fields.required("grace_ms").safeInteger({ min: 0 }),
    when_stale: fields.required("when_stale").oneOf(["warn", "block"]),
    ...(ca === undefined ? {} : { ca_cert: ca }),
  };
  fields.finish();
  return list;
}

const blankProblem = (text: string): string | undefined => (text.trim() === "" ? "blank" : undefined);

const identifier = (reader: JsonReader): string =>
  reader.string((text) => (isIdentifier(text) ? undefined : "not an identifier"));

/** A prefix is made of whole segments, so it is a skill id itself (spec 3.4). */
const skillIdProblem = (text: string): string | undefined => (isSkillId(text) ? undefined : "not a skill id of whole segments");

const digest = (reader: JsonReader): string =>
  reader.string((text) => (isSha256Hex(text) ? undefined : "not a SHA-256 of 64 lower-case hex digits"));

const time = (reader: JsonReader): number => reader.safeInteger();
