import { encodeUtf8, fromHex, isSha256Hex, toHex, u64be } from "../encoding/index.ts";
import type { Platform } from "../platform/index.ts";

/** Bytes of a salt: one of each receipt, known to whoever may open what it says of input and output. */
export const SALT_BYTES = 32;

/**
 * What a receipt says of a text without saying it: SHA-256 of the domain, then salt and text, each with its length as u64-BE. Without the
 * salt a short text could be found by trying (spec 10).
 */
export function commitment(of: "input" | "output", salt: Uint8Array, bytes: Uint8Array, platform: Platform): string {
  if (salt.length !== SALT_BYTES) throw new TypeError(`a salt has ${SALT_BYTES} bytes`);
  const hash = platform.sha256().update(encodeUtf8(`palyra.skill.receipt.${of}.v1`));
  for (const part of [salt, bytes]) hash.update(u64be(part.length)).update(part);
  return toHex(hash.digest());
}

/** Whether a receipt's digest is of that text. @param saltHex 64 lower-case hex digits; anything else opens nothing */
export function isCommitted(
  digest: string,
  of: "input" | "output",
  saltHex: string,
  bytes: Uint8Array,
  platform: Platform,
): boolean {
  const salt = isSha256Hex(saltHex) ? fromHex(saltHex) : undefined;
  return salt !== undefined && commitment(of, salt, bytes, platform) === digest;
}
