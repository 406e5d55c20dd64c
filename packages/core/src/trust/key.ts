import { isSha256Hex, type JsonReader } from "../encoding/index.ts";

/**
 * A public key of a trust document: 64 hex digits, upper case folded, nothing trimmed (vector S1). That it is a point is
 * not asked: one that is none can match nothing (vector S2).
 */
export function publicKeyHex(reader: JsonReader): string {
  return reader.string((text) => (isPublicKeyHex(text) ? undefined : "not a public key of 64 hex digits")).toLowerCase();
}

/** 64 hex digits in either case. */
export function isPublicKeyHex(text: string): boolean {
  return isSha256Hex(text.toLowerCase());
}
