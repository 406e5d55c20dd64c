import { decodeUtf8, encodeUtf8, fromBase64, fromHex, toHex } from "../encoding/index.ts";
import { SkillError } from "../errors.ts";
import type { Platform } from "../platform/index.ts";
import { SECRET_KEY_BYTES } from "./ed25519.ts";
import { seedOfPem } from "./pkcs8.ts";

/** Names a public key for people and documents: `ed25519:` and 16 hex digits. Never compared to decide trust. Spec 1.4. */
export function keyId(publicKey: Uint8Array, platform: Platform): string {
  return `ed25519:${toHex(platform.sha256().update(publicKey).digest().subarray(0, 8))}`;
}

/**
 * Reads the content of a key file: 32 raw bytes, 64 hex digits, base64 of 32 bytes, or a PKCS#8 PEM, white space around
 * it ignored (spec 2.7).
 * @returns the 32-byte secret seed, in memory of its own.
 * @throws SkillError `InvalidSigningKeyLength`, whatever else the bytes are; `actual` counts them without the white
 * space around, and nothing of them is in the error.
 */
export function parseSigningKey(bytes: Uint8Array): Uint8Array {
  const { trimmed, text } = withoutWhiteSpace(bytes);
  // Up to 32 hex digits are no key in hex, and not meant as raw bytes either: whoever made them lost half of it. T21.
  const ambiguous = text !== undefined && trimmed.length <= SECRET_KEY_BYTES && HEX.test(text);
  if (!ambiguous) {
    if (bytes.length === SECRET_KEY_BYTES) return Uint8Array.from(bytes);
    if (trimmed.length === SECRET_KEY_BYTES) return Uint8Array.from(trimmed);
    const key = text === undefined ? undefined : keyOfText(text);
    if (key !== undefined) return key;
  }
  throw new SkillError("InvalidSigningKeyLength", { actual: trimmed.length });
}

const HEX = /^[0-9A-Fa-f]+$/;

/** The ways to write a key as text. Each is of another length, so no text is two keys. */
function keyOfText(text: string): Uint8Array | undefined {
  if (text.length === 64) return HEX.test(text) ? fromHex(text.toLowerCase()) : undefined;
  if (text.length > 44) return seedOfPem(text);
  const key = fromBase64(text);
  return key?.length === SECRET_KEY_BYTES ? key : undefined;
}

/** The bytes without white space at either end: Unicode's where they are text, ASCII's where they are not (then no `text`). */
function withoutWhiteSpace(bytes: Uint8Array): { readonly trimmed: Uint8Array; readonly text?: string } {
  const whole = decodeUtf8(bytes);
  if (whole === undefined) {
    const [start, end] = inner(bytes.length, (index) => ASCII_WHITE_SPACE.has(bytes[index] ?? 0));
    return { trimmed: bytes.subarray(start, end) };
  }
  // Not trim(): it takes a byte-order mark for white space.
  const text = whole.slice(...inner(whole.length, (index) => /^\p{White_Space}$/u.test(whole.charAt(index))));
  return { trimmed: encodeUtf8(text), text };
}

/** Tab, line feed, form feed, carriage return, space. */
const ASCII_WHITE_SPACE: ReadonlySet<number> = new Set([0x09, 0x0a, 0x0c, 0x0d, 0x20]);

/** Start and end of what remains without the positions at both ends that are white space. */
function inner(length: number, isSpace: (index: number) => boolean): [start: number, end: number] {
  let start = 0;
  let end = length;
  while (start < end && isSpace(start)) start++;
  while (end > start && isSpace(end - 1)) end--;
  return [start, end];
}
