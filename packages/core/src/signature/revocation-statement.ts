import { encodeUtf8, readDocument, toHex, writeJson } from "../encoding/index.ts";
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

const DOMAIN = "palyra.skill.revocation.v1";

/** "Believe this key, or this payload, no longer" (spec 3.4). Whether the signer may say so is not asked here. */
export interface RevocationTerms {
  readonly publisher: string;
  readonly subject: "key" | "payload";
  /** The key, or the payload's SHA-256: 64 lower-case hex digits. */
  readonly revoked: string;
  readonly reason: string;
  /** Milliseconds since 1970. */
  readonly revoked_at_unix_ms: number;
  /** 64 lower-case hex digits. */
  readonly signer_public_key: string;
}

export interface RevocationStatement extends RevocationTerms {
  readonly signature_base64: string;
}

export interface VerifiedRevocation {
  readonly terms: RevocationTerms;
  /** Of the message; 64 hex digits. */
  readonly sha256: string;
}

/** Fields in this order: publisher, subject, revoked key or digest, reason, time, signer. */
export function revocationMessage(terms: RevocationTerms): Uint8Array {
  const { publisher, subject, revoked, reason, revoked_at_unix_ms, signer_public_key } = terms;
  const signer = keyBytes(signer_public_key);
  return statementMessage(DOMAIN, [publisher, subject, keyBytes(revoked), reason, revoked_at_unix_ms, signer]);
}

/**
 * Reads a revocation statement: JSON with exactly its fields. Whether it is signed is for `verifyRevocation`.
 * @throws SkillError `Serialization` with all faults
 */
export function parseRevocation(bytes: Uint8Array, document: string): RevocationStatement {
  checkStatementSize(bytes, document);
  return readDocument(bytes, document, (root): RevocationStatement => {
    const fields = root.object();
    fields.required("statement").oneOf([DOMAIN]);
    const statement = {
      publisher: fields.required("publisher").string((text) => (text === "" ? "empty" : undefined)),
      subject: fields.required("subject").oneOf(["key", "payload"]),
      revoked: hex32(fields.required("revoked")),
      reason: fields.required("reason").string(),
      revoked_at_unix_ms: fields.required("revoked_at_unix_ms").safeInteger({ min: 0 }),
      signer_public_key: hex32(fields.required("signer_public_key")),
      signature_base64: fields.required("signature_base64").string(),
    };
    fields.finish();
    return statement;
  });
}

/** Two spaces of indent, fields in the order of `parseRevocation`, a line feed at the end. */
export function writeRevocation(statement: RevocationStatement): Uint8Array {
  const { publisher, subject, revoked, reason, revoked_at_unix_ms, signer_public_key, signature_base64 } = statement;
  const terms = { statement: DOMAIN, publisher, subject, revoked, reason, revoked_at_unix_ms };
  return encodeUtf8(`${writeJson({ ...terms, signer_public_key, signature_base64 }, { indent: 2 })}\n`);
}

/** @throws SkillError `SignatureVerificationFailed` */
export async function verifyRevocation(statement: RevocationStatement, platform: Platform): Promise<VerifiedRevocation> {
  const { signature_base64, ...terms } = statement;
  const message = revocationMessage(terms);
  await checkStatement({ name: "signer", publicKey: terms.signer_public_key, signature: signature_base64 }, message, platform);
  return { terms, sha256: statementSha256(message, platform) };
}

/** Makes a statement. `secretKey`: the signer's 32-byte seed. @throws SkillError `InvalidSigningKeyLength` */
export async function signRevocation(
  terms: Omit<RevocationTerms, "signer_public_key">,
  secretKey: Uint8Array,
  platform: Platform,
): Promise<RevocationStatement> {
  const signed = { ...terms, signer_public_key: toHex(await platform.ed25519.publicKey(secretKey)) };
  return { ...signed, signature_base64: await signStatement(secretKey, revocationMessage(signed), platform) };
}
