import { encodeUtf8, fromBase64 } from "../encoding/index.ts";
import { SkillError } from "../errors.ts";
import type { Platform } from "../platform/index.ts";
import { ALGORITHM, type SignatureDocument } from "./document.ts";
import { ed25519Problem, PUBLIC_KEY_BYTES, SIGNATURE_BYTES } from "./ed25519.ts";
import { keyId } from "./keys.ts";

/**
 * Spec 1.5, step 8: the document's key signed `payloadSha256`, and everything that the document says of itself is true.
 * The document itself is not signed, so each field is checked against something that is.
 * @returns the 32-byte public key
 * @throws SkillError `SignatureVerificationFailed`, naming the first thing that does not hold
 */
export async function checkSignature(
  document: SignatureDocument,
  publisher: string,
  payloadSha256: string,
  platform: Platform,
): Promise<Uint8Array> {
  if (document.algorithm !== ALGORITHM) throw failed("unknown algorithm");
  const publicKey = bytesOf(document.public_key_base64, PUBLIC_KEY_BYTES, "public key");
  const signature = bytesOf(document.signature_base64, SIGNATURE_BYTES, "signature");
  if (document.key_id !== keyId(publicKey, platform)) throw failed("key_id is not the public key's");
  const problem = ed25519Problem(publicKey, signature);
  if (problem !== undefined) throw failed(problem);
  // Over the hex text, not over the hash: spec 1.4.
  const valid = await platform.ed25519.verify(publicKey, encodeUtf8(payloadSha256), signature);
  if (!valid) throw failed("signature does not match");
  if (document.publisher !== publisher) throw failed("publisher is not the manifest's");
  return publicKey;
}

/** Strict base64: another spelling of the same key or signature would be another document for the same artifact. Spec 1.4. */
function bytesOf(base64: string, length: number, what: string): Uint8Array {
  const bytes = fromBase64(base64);
  if (bytes?.length !== length) throw failed(`${what} is not base64 of ${length} bytes`);
  return bytes;
}

function failed(problem: string): SkillError {
  return new SkillError("SignatureVerificationFailed", { problem });
}
