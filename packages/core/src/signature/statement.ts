import { encodeUtf8, fromBase64, fromHex, isSha256Hex, type JsonReader, toBase64, toHex, u64be } from "../encoding/index.ts";
import { SkillError } from "../errors.ts";
import type { Platform } from "../platform/index.ts";
import { ed25519Problem, SECRET_KEY_BYTES, SIGNATURE_BYTES } from "./ed25519.ts";

/**
 * What is signed besides artifacts (spec 3.4, 10.7). The message that a key signs is, byte for byte:
 *
 *     the domain, as ASCII, then for each field in its order: u64-BE length of the field's bytes, the field's bytes
 *
 * A text is its UTF-8, a key or digest its 32 bytes, a number u64-BE. No domain begins another, and the message of an artifact's
 * signature is 64 hex digits, so no signature of one kind is one of another kind. All fields are in the message.
 */
export type StatementDomain =
  | "palyra.skill.rotation.v1"
  | "palyra.skill.revocation.v1"
  | "palyra.skill.revocation_list.v1"
  | "palyra.skill.receipt.v1";

/** Bytes of a statement as a document, whose fields take some 700 and a reason. */
export const MAX_STATEMENT_BYTES = 16 * 1024;

/** Before each field, u64-BE. */
const LENGTH_BYTES = 8;

/** The message of a domain and fields. Numbers are integers from 0 to 2^53-1, bigints to 2^64-1. */
export function statementMessage(
  domain: StatementDomain,
  fields: readonly (string | number | bigint | Uint8Array)[],
): Uint8Array {
  const parts = fields.map((field) => {
    if (typeof field === "string") return encodeUtf8(field);
    return typeof field === "object" ? field : u64be(field);
  });
  const start = encodeUtf8(domain);
  const message = new Uint8Array(start.length + parts.reduce((length, part) => length + LENGTH_BYTES + part.length, 0));
  const view = new DataView(message.buffer);
  message.set(start);
  let at = start.length;
  for (const part of parts) {
    // Of 64 bits, of which a length needs the lower half.
    view.setUint32(at + LENGTH_BYTES / 2, part.length);
    message.set(part, at + LENGTH_BYTES);
    at += LENGTH_BYTES + part.length;
  }
  return message;
}

/** Names a statement: SHA-256 of its message, so that another signature of the same words is the same statement. */
export function statementSha256(message: Uint8Array, platform: Platform): string {
  return toHex(platform.sha256().update(message).digest());
}

/** @returns the signature as base64. @throws SkillError `InvalidSigningKeyLength` */
export async function signStatement(secretKey: Uint8Array, message: Uint8Array, platform: Platform): Promise<string> {
  if (secretKey.length !== SECRET_KEY_BYTES) throw new SkillError("InvalidSigningKeyLength", { actual: secretKey.length });
  return toBase64(await platform.ed25519.sign(secretKey, message));
}

/** As strict as for artifacts (spec 1.6). @throws SkillError `SignatureVerificationFailed` that names whose signature it is */
export async function checkStatement(
  signer: { readonly name: string; readonly publicKey: string; readonly signature: string },
  message: Uint8Array,
  platform: Platform,
): Promise<void> {
  const { name, publicKey, signature } = signer;
  const key = keyBytes(publicKey);
  const bytes = fromBase64(signature);
  if (bytes?.length !== SIGNATURE_BYTES) throw failed(`${name}: signature is not base64 of ${SIGNATURE_BYTES} bytes`);
  const problem = ed25519Problem(key, bytes);
  if (problem !== undefined) throw failed(`${name}: ${problem}`);
  if (!(await platform.ed25519.verify(key, message, bytes))) throw failed(`${name}: signature does not match`);
}

/** The 32 bytes of 64 lower-case hex digits; what is no such text is no key that could verify. */
export function keyBytes(hex: string): Uint8Array {
  return fromHex(hex) ?? new Uint8Array();
}

/** A key or digest of a statement: one spelling only, lower case. */
export function hex32(reader: JsonReader): string {
  return reader.string((text) => (isSha256Hex(text) ? undefined : "not 64 lower-case hex digits"));
}

/** Too long to be a statement: not even parsed. */
export function checkStatementSize(bytes: Uint8Array, document: string, limit = MAX_STATEMENT_BYTES): void {
  if (bytes.length <= limit) return;
  const fault = { path: "", problem: "too long", found: `${bytes.length} bytes`, allowed: `at most ${limit}` };
  throw new SkillError("Serialization", { document, faults: [fault] });
}

function failed(problem: string): SkillError {
  return new SkillError("SignatureVerificationFailed", { problem });
}
