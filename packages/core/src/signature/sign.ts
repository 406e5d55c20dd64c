import { encodeUtf8, toBase64 } from "../encoding/index.ts";
import { SkillError } from "../errors.ts";
import type { Platform } from "../platform/index.ts";
import { ALGORITHM, type SignatureDocument } from "./document.ts";
import { SECRET_KEY_BYTES } from "./ed25519.ts";
import { keyId } from "./keys.ts";

/** What a signature document states, and the key that states it. */
export interface SigningInput {
  /** The 32-byte seed, as `parseSigningKey` gives it. */
  readonly secretKey: Uint8Array;
  /** The manifest's publisher. */
  readonly publisher: string;
  /** Lower-case hex. */
  readonly payloadSha256: string;
  /** Milliseconds since 1970; an i64. Not signed: it decides nothing (spec 3.4, T34). */
  readonly signedAtUnixMs: bigint;
}

/**
 * Signs a payload hash (spec 1.4). The same input gives the same document: Ed25519 is deterministic.
 * @throws SkillError `InvalidSigningKeyLength`
 */
export async function signPayload(input: SigningInput, platform: Platform): Promise<SignatureDocument> {
  const { secretKey, publisher, payloadSha256, signedAtUnixMs } = input;
  if (secretKey.length !== SECRET_KEY_BYTES) throw new SkillError("InvalidSigningKeyLength", { actual: secretKey.length });
  const publicKey = await platform.ed25519.publicKey(secretKey);
  const signature = await platform.ed25519.sign(secretKey, encodeUtf8(payloadSha256));
  return {
    algorithm: ALGORITHM,
    publisher,
    key_id: keyId(publicKey, platform),
    public_key_base64: toBase64(publicKey),
    payload_sha256: payloadSha256,
    signature_base64: toBase64(signature),
    signed_at_unix_ms: signedAtUnixMs,
  };
}
