/**
 * A revocation list (spec 3.4): all that its issuer wants refused, as of one number. JSON of exactly these fields,
 *
 *     { statement, issuer, sequence, issued_at_unix_ms, expires_at_unix_ms,
 *       keys: [{ publisher, public_key, reason, revoked_at_unix_ms }], payloads: [{ payload_sha256, reason, revoked_at_unix_ms }],
 *       signer_public_key, signature_base64 }
 *
 * keys ascending by `public_key`, payloads by `payload_sha256`, each once: one list has one message.
 */
import { encodeUtf8, type JsonReader, readDocument, toHex, writeJson } from "../encoding/index.ts";
import type { Platform } from "../platform/index.ts";
import {
  checkStatement,
  checkStatementSize,
  hex32,
  keyBytes,
  signStatement,
  statementMessage,
  statementSha256,
} from "./statement.ts";

const DOMAIN = "palyra.skill.revocation_list.v1";

/** Bytes of the document. */
export const MAX_REVOCATION_LIST_BYTES = 4 * 1024 * 1024;
/** Keys and payloads together. */
export const MAX_REVOCATION_ENTRIES = 10_000;
/** Characters of a name and of a reason. */
const MAX_NAME = 256;
const MAX_REASON = 1024;

export interface ListedKey {
  readonly publisher: string;
  /** 64 lower-case hex digits. */
  readonly public_key: string;
  readonly reason: string;
  /** Milliseconds since 1970. */
  readonly revoked_at_unix_ms: number;
}

export interface ListedPayload {
  /** 64 lower-case hex digits. */
  readonly payload_sha256: string;
  readonly reason: string;
  readonly revoked_at_unix_ms: number;
}

export interface RevocationListTerms {
  /** Names the list. */
  readonly issuer: string;
  /** 1 to 2^53-1; rises with each list of an issuer. */
  readonly sequence: number;
  readonly issued_at_unix_ms: number;
  /** A newer list is to be had by then. */
  readonly expires_at_unix_ms: number;
  readonly keys: readonly ListedKey[];
  readonly payloads: readonly ListedPayload[];
  /** 64 lower-case hex digits. */
  readonly signer_public_key: string;
}

export interface RevocationList extends RevocationListTerms {
  readonly signature_base64: string;
}

/** Terms that their signer signed; whether that key may is for whoever follows the list. */
export interface VerifiedRevocationList {
  readonly terms: RevocationListTerms;
  /** Of the message; 64 hex digits. */
  readonly sha256: string;
}

/**
 * Fields in this order: issuer, sequence, issued, expires; the number of keys, and of each: publisher, key, reason, time; the number of
 * payloads, and of each: digest, reason, time; the signer's key.
 */
export function revocationListMessage(terms: RevocationListTerms): Uint8Array {
  const { issuer, sequence, issued_at_unix_ms, expires_at_unix_ms, keys, payloads, signer_public_key } = terms;
  return statementMessage(DOMAIN, [
    ...[issuer, sequence, issued_at_unix_ms, expires_at_unix_ms],
    keys.length,
    ...keys.flatMap((each) => [each.publisher, keyBytes(each.public_key), each.reason, each.revoked_at_unix_ms]),
    payloads.length,
    ...payloads.flatMap((each) => [keyBytes(each.payload_sha256), each.reason, each.revoked_at_unix_ms]),
    keyBytes(signer_public_key),
  ]);
}

/**
 * Reads a list. Whether it is signed is for `verifyRevocationList`.
 * @throws SkillError `Serialization` with all faults
 */
export function parseRevocationList(bytes: Uint8Array, document: string): RevocationList {
  checkStatementSize(bytes, document, MAX_REVOCATION_LIST_BYTES);
  return readDocument(bytes, document, (root): RevocationList => {
    const fields = root.object();
    fields.required("statement").oneOf([DOMAIN]);
    const issuer = name(fields.required("issuer"));
    const sequence = fields.required("sequence").safeInteger({ min: 1 });
    const issued_at_unix_ms = time(fields.required("issued_at_unix_ms"));
    const expires = fields.required("expires_at_unix_ms");
    const expires_at_unix_ms = time(expires);
    if (expires_at_unix_ms < issued_at_unix_ms) expires.fault("before it was issued");
    const keys = ascending(fields.required("keys"), readKey, "public_key");
    const payloads = ascending(fields.required("payloads"), readPayload, "payload_sha256");
    if (keys.length + payloads.length > MAX_REVOCATION_ENTRIES)
      root.fault("too many entries", { allowed: `at most ${MAX_REVOCATION_ENTRIES}` });
    const signer_public_key = hex32(fields.required("signer_public_key"));
    const signature_base64 = fields.required("signature_base64").string();
    fields.finish();
    const times = { issued_at_unix_ms, expires_at_unix_ms };
    return { issuer, sequence, ...times, keys, payloads, signer_public_key, signature_base64 };
  });
}

/** Two spaces of indent, fields in the order of the format, a line feed at the end. */
export function writeRevocationList(list: RevocationList): Uint8Array {
  const { issuer, sequence, issued_at_unix_ms, expires_at_unix_ms, signer_public_key, signature_base64 } = list;
  const keys = list.keys.map(({ publisher, public_key, reason, revoked_at_unix_ms }) => ({
    ...{ publisher, public_key, reason, revoked_at_unix_ms },
  }));
  const payloads = list.payloads.map(({ payload_sha256, reason, revoked_at_unix_ms }) => ({
    ...{ payload_sha256, reason, revoked_at_unix_ms },
  }));
  const terms = { statement: DOMAIN, issuer, sequence, issued_at_unix_ms, expires_at_unix_ms, keys, payloads };
  return encodeUtf8(`${writeJson({ ...terms, signer_public_key, signature_base64 }, { indent: 2 })}\n`);
}

/** @throws SkillError `SignatureVerificationFailed` */
export async function verifyRevocationList(list: RevocationList, platform: Platform): Promise<VerifiedRevocationList> {
  const { signature_base64, ...terms } = list;
  const message = revocationListMessage(terms);
  await checkStatement({ name: "signer", publicKey: terms.signer_public_key, signature: signature_base64 }, message, platform);
  return { terms, sha256: statementSha256(message, platform) };
}

/** Makes a list of entries in any order; of those that are the same key or payload the first. @throws SkillError `InvalidSigningKeyLength` */
export async function signRevocationList(
  terms: Omit<RevocationListTerms, "signer_public_key">,
  secretKey: Uint8Array,
  platform: Platform,
): Promise<RevocationList> {
  const signed = {
    ...terms,
    keys: inOrder(terms.keys, ({ public_key }) => public_key),
    payloads: inOrder(terms.payloads, ({ payload_sha256 }) => payload_sha256),
    signer_public_key: toHex(await platform.ed25519.publicKey(secretKey)),
  };
  return { ...signed, signature_base64: await signStatement(secretKey, revocationListMessage(signed), platform) };
}

function inOrder<Entry>(entries: readonly Entry[], idOf: (entry: Entry) => string): readonly Entry[] {
  const first = new Map<string, Entry>();
  for (const entry of entries) if (!first.has(idOf(entry))) first.set(idOf(entry), entry);
  return [...first].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
}

/** In one order only, and nothing twice: the same revocations are the same bytes. */
function ascending<Id extends string, Entry extends { readonly [id in Id]: string }>(
  reader: JsonReader,
  read: (item: JsonReader) => Entry,
  id: Id,
): Entry[] {
  let before = "";
  return reader.array((item) => {
    const entry = read(item);
    if (entry[id] <= before) item.fault("not in ascending order, or repeated", { allowed: `ascending by ${id}` });
    before = entry[id];
    return entry;
  });
}

function readKey(reader: JsonReader): ListedKey {
  const fields = reader.object();
  const key = {
    publisher: name(fields.required("publisher")),
    public_key: hex32(fields.required("public_key")),
    reason: reason(fields.required("reason")),
    revoked_at_unix_ms: time(fields.required("revoked_at_unix_ms")),
  };
  fields.finish();
  return key;
}

function readPayload(reader: JsonReader): ListedPayload {
  const fields = reader.object();
  const payload = {
    payload_sha256: hex32(fields.required("payload_sha256")),
    reason: reason(fields.required("reason")),
    revoked_at_unix_ms: time(fields.required("revoked_at_unix_ms")),
  };
  fields.finish();
  return payload;
}

const bounded = (max: number) => (text: string) =>
  text === "" ? "empty" : text.length > max ? `longer than ${max} characters` : undefined;
const name = (reader: JsonReader): string => reader.string(bounded(MAX_NAME));
const reason = (reader: JsonReader): string => reader.string(bounded(MAX_REASON));
const time = (reader: JsonReader): number => reader.safeInteger({ min: 0 });
