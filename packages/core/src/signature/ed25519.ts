import type { Platform } from "../platform/index.ts";

/** Bytes of an Ed25519 public key, of a secret seed, and of a signature (RFC 8032). */
export const PUBLIC_KEY_BYTES = 32;
export const SECRET_KEY_BYTES = 32;
export const SIGNATURE_BYTES = 64;

/** Why a key or signature is refused before any curve arithmetic. */
export type Ed25519Problem =
  | "public key of another length"
  | "public key not in canonical encoding"
  | "public key of small order"
  | "signature of another length"
  | "R not in canonical encoding"
  | "R of small order"
  | "S not canonical";

/**
 * Verifies as strictly as spec 1.6 wants on every platform: what engines disagree about (small order, encodings that
 * are not canonical, S beyond the group's order) is refused here, before the platform is asked. Spec 1.6.
 */
export async function verifyEd25519(
  platform: Platform,
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  if (ed25519Problem(publicKey, signature) !== undefined) return false;
  return platform.ed25519.verify(publicKey, message, signature);
}

/** What is wrong with a key and a signature as bytes; undefined where only the equation is left to check. */
export function ed25519Problem(publicKey: Uint8Array, signature: Uint8Array): Ed25519Problem | undefined {
  const key = publicKeyProblem(publicKey);
  if (key !== undefined) return key;
  if (signature.length !== SIGNATURE_BYTES) return "signature of another length";
  const r = signature.subarray(0, 32);
  // R of small order cannot come from an honest signer, and lets one signature verify for many messages. Spec 1.6.
  if (!isCanonicalY(r)) return "R not in canonical encoding";
  if (hasSmallOrder(r)) return "R of small order";
  // S + L verifies wherever S does: a second signature of the same content. Spec 1.6.
  if (!isBelow(signature.subarray(32), ORDER)) return "S not canonical";
  return undefined;
}

/** What is wrong with a public key as bytes. That it lies on the curve is the platform's to say. */
export function publicKeyProblem(publicKey: Uint8Array): Ed25519Problem | undefined {
  if (publicKey.length !== PUBLIC_KEY_BYTES) return "public key of another length";
  // Two encodings of one key would be two keys for a trust store. Spec 1.6.
  if (!isCanonicalY(publicKey)) return "public key not in canonical encoding";
  // Under a key of small order one signature holds for every message (Node 20 and 22 accept that). Spec 1.6.
  if (hasSmallOrder(publicKey)) return "public key of small order";
  return undefined;
}

/** The field's prime, and L, the order of the group that honest keys lie in. */
const P = 2n ** 255n - 19n;
const L = 2n ** 252n + 27742317777372353535851937790883648493n;

/** The y of a point of order 8; that of the others is -y. */
const ORDER_8_Y = 0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n;

/**
 * The y of all eight points of small order, the sign of x left out: 1 (order 1), -1 (2), 0 (4), and the two of order 8.
 * Where x is zero (y = 1 and y = -1) the encoding with a sign bit is not canonical either; it is refused with them.
 */
const SMALL_ORDER_Y: readonly Uint8Array[] = [1n, P - 1n, 0n, ORDER_8_Y, P - ORDER_8_Y].map(littleEndian);
const PRIME = littleEndian(P);
const ORDER = littleEndian(L);

function littleEndian(value: bigint): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, index) => Number((value >> BigInt(8 * index)) & 0xffn));
}

/** Is the encoded y below the prime? The top bit is the sign of x. */
function isCanonicalY(point: Uint8Array): boolean {
  return isBelow(withoutSign(point), PRIME);
}

function hasSmallOrder(point: Uint8Array): boolean {
  const y = withoutSign(point);
  return SMALL_ORDER_Y.some((small) => small.every((byte, index) => byte === y[index]));
}

function withoutSign(point: Uint8Array): Uint8Array {
  // Not slice(): a Buffer's is a view, and the caller's bytes would change.
  const y = Uint8Array.from(point);
  y[31] = (y[31] ?? 0) & 0x7f;
  return y;
}

/** Compares two little-endian numbers of 32 bytes. Nothing here is secret, so time does not matter. */
function isBelow(value: Uint8Array, bound: Uint8Array): boolean {
  for (let index = 31; index >= 0; index--) {
    const difference = (value[index] ?? 0) - (bound[index] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
