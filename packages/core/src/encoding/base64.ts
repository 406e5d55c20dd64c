const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Value of each ASCII code unit in the standard alphabet; 255 for none. */
const VALUES = new Uint8Array(128).fill(255);
for (let value = 0; value < 64; value++) VALUES[ALPHABET.charCodeAt(value)] = value;

/** Standard base64 with padding (RFC 4648, section 4), on one line. */
export function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const left = bytes.length - at;
    const group = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    text += ALPHABET.charAt(group >> 18) + ALPHABET.charAt((group >> 12) & 63);
    text += left > 1 ? ALPHABET.charAt((group >> 6) & 63) : "=";
    text += left > 2 ? ALPHABET.charAt(group & 63) : "=";
  }
  return text;
}

/**
 * The bytes of standard base64 in its one canonical spelling: padded, no white space, no bits left over. Undefined for
 * anything else, so that no two texts stand for the same key or signature (spec 1.4).
 */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (text.length % 4 !== 0) return undefined;
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const digits = text.length - padding;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  let group = 0;
  let written = 0;
  for (let at = 0; at < digits; at++) {
    const value = VALUES[text.charCodeAt(at)] ?? 255;
    if (value === 255) return undefined;
    group = (group << 6) | value;
    if (at % 4 === 3) {
      bytes[written++] = group >> 16;
      bytes[written++] = group >> 8;
      bytes[written++] = group;
      group = 0;
    }
  }
  // What the padding leaves over must be zero: "Zg==" and "Zh==" would be the same byte.
  if (padding === 2) {
    if ((group & 15) !== 0) return undefined;
    bytes[written] = group >> 4;
  } else if (padding === 1) {
    if ((group & 3) !== 0) return undefined;
    bytes[written] = group >> 10;
    bytes[written + 1] = group >> 2;
  }
  return bytes;
}
