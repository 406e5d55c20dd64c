import { ed25519 } from "@noble/curves/ed25519.js";
import { sha512 } from "@noble/hashes/sha2.js";
import type { Platform } from "./platform.ts";

const { Point } = ed25519;
const SIGNATURE_BYTES = 64;
const KEY_BYTES = 32;

/** `Platform.ed25519` in JavaScript, by noble. */
export const nobleEd25519: Platform["ed25519"] = {
  sign: async (secretKey, message) => ed25519.sign(message, secretKey),
  publicKey: async (secretKey) => ed25519.getPublicKey(secretKey),
  verify: async (publicKey, message, signature) => {
    try {
      return verify(publicKey, message, signature);
    } catch {
      // A key that is no point, or an S beyond the order.
      return false;
    }
  },
};

/**
 * Without the cofactor: the bytes of R must be those of [S]B - [k]A, as OpenSSL and dalek's strict verifier have it.
 * noble's own `verify` multiplies by the cofactor, and so accepts signatures that others refuse.
 */
function verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== KEY_BYTES || signature.length !== SIGNATURE_BYTES) return false;
  const r = signature.subarray(0, 32);
  const s = littleEndian(signature.subarray(32));
  const key = Point.fromBytes(publicKey);
  const digest = sha512.create().update(r).update(publicKey).update(message).digest();
  const k = littleEndian(digest) % Point.Fn.ORDER;
  const expected = Point.BASE.multiplyUnsafe(s).add(key.negate().multiplyUnsafe(k)).toBytes();
  return expected.every((byte, at) => byte === r[at]);
}

function littleEndian(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes.toReversed()) value = (value << 8n) | BigInt(byte);
  return value;
}
