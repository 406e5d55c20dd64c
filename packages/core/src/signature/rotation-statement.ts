import { encodeUtf8, readDocument, toHex, writeJson } from "../encoding/index.ts";
import { SkillError } from "../errors.ts";
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

const DOMAIN = "palyra.skill.rotation.v1";

/** "From now on my key is another": signed by both keys, so that neither takes the other's name alone (spec 3.4). */
export interface RotationTerms {
  readonly publisher: string;
  /** 64 lower-case hex digits. */
  readonly old_public_key: string;
  readonly new_public_key: string;
  /** 1 to 2^53-1; rises with each statement of a publisher. */
  readonly sequence: number;
  /** Milliseconds since 1970; nobody applies the statement afterwards. */
  readonly expires_at_unix_ms: number;
}

export interface RotationStatement extends RotationTerms {
  readonly old_signature_base64: string;
  readonly new_signature_base64: string;
}

/** Terms that both keys signed. */
export interface VerifiedRotation {
  readonly terms: RotationTerms;
  /** Of the message; 64 hex digits. */
  readonly sha256: string;
}

/** Fields in this order: publisher, old key, new key, sequence, expiry. */
export function rotationMessage(terms: RotationTerms): Uint8Array {
  const { publisher, old_public_key, new_public_key, sequence, expires_at_unix_ms } = terms;
  return statementMessage(DOMAIN, [publisher, keyBytes(old_public_key), keyBytes(new_public_key), sequence, expires_at_unix_ms]);
}

/**
 * Reads a rotation statement: JSON with exactly its fields. Whether it is signed is for `verifyRotation`.
 * @throws SkillError `Serialization` with all faults
 */
export function parseRotation(bytes: Uint8Array, document: string): RotationStatement {
  checkStatementSize(bytes, document);
  return readDocument(bytes, document, (root): RotationStatement => {
    const fields = root.object();
    fields.required("statement").oneOf([DOMAIN]);
    const statement = {
      publisher: fields.required("publisher").string((text) => (text === "" ? "empty" : undefined)),
      old_public_key: hex32(fields.required("old_public_key")),
      new_public_key: hex32(fields.required("new_public_key")),
      sequence: fields.required("sequence").safeInteger({ min: 1 }),
      expires_at_unix_ms: fields.required("expires_at_unix_ms").safeInteger({ min: 0 }),
      old_signature_base64: fields.required("old_signature_base64").string(),
      new_signature_base64: fields.required("new_signature_base64").string(),
    };
    fields.finish();
    return statement;
  });
}

/** Two spaces of indent, fields in the order of `parseRotation`, a line feed at the end. */
export function writeRotation(statement: RotationStatement): Uint8Array {
  const { publisher, old_public_key, new_public_key, sequence, expires_at_unix_ms } = statement;
  const { old_signature_base64, new_signature_base64 } = statement;
  const terms = { statement: DOMAIN, publisher, old_public_key, new_public_key, sequence, expires_at_unix_ms };
  return encodeUtf8(`${writeJson({ ...terms, old_signature_base64, new_signature_base64 }, { indent: 2 })}\n`);
}

/**
 * Both keys signed these very terms, and they are two keys.
 * @throws SkillError `SignatureVerificationFailed`, naming which signature does not hold
 */
export async function verifyRotation(statement: RotationStatement, platform: Platform): Promise<VerifiedRotation> {
  const { old_signature_base64, new_signature_base64, ...terms } = statement;
  if (terms.old_public_key === terms.new_public_key) {
    throw new SkillError("SignatureVerificationFailed", { problem: "old and new key are the same" });
  }
  const message = rotationMessage(terms);
  const old = { name: "old key", publicKey: terms.old_public_key, signature: old_signature_base64 };
  await checkStatement(old, message, platform);
  // Whoever holds the old key alone cannot give the name to a key that is not his to give. Spec 3.4.
  await checkStatement({ name: "new key", publicKey: terms.new_public_key, signature: new_signature_base64 }, message, platform);
  return { terms, sha256: statementSha256(message, platform) };
}

export interface RotationInput {
  readonly publisher: string;
  readonly sequence: number;
  readonly expires_at_unix_ms: number;
  /** 32-byte seeds. */
  readonly oldSecretKey: Uint8Array;
  readonly newSecretKey: Uint8Array;
}

/** Makes a statement. @throws SkillError `InvalidSigningKeyLength` */
export async function signRotation(input: RotationInput, platform: Platform): Promise<RotationStatement> {
  const { publisher, sequence, expires_at_unix_ms, oldSecretKey, newSecretKey } = input;
  const old_public_key = toHex(await platform.ed25519.publicKey(oldSecretKey));
  const new_public_key = toHex(await platform.ed25519.publicKey(newSecretKey));
  const terms = { publisher, old_public_key, new_public_key, sequence, expires_at_unix_ms };
  const message = rotationMessage(terms);
  return {
    ...terms,
    old_signature_base64: await signStatement(oldSecretKey, message, platform),
    new_signature_base64: await signStatement(newSecretKey, message, platform),
  };
}
