const DIGITS = "0123456789abcdef";

/** Pairs of hex digits by byte value. */
const PAIRS: readonly string[] = Array.from({ length: 256 }, (_, byte) => DIGITS.charAt(byte >> 4) + DIGITS.charAt(byte & 15));

/** Lower-case hex, two digits a byte. */
export function toHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += PAIRS[byte];
  return text;
}

/** The bytes of a hex text in either case; undefined where it is anything else, white space and odd lengths included. */
export function fromHex(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (text.length % 2 !== 0) return undefined;
  const bytes = new Uint8Array(text.length / 2);
  for (let at = 0; at < bytes.length; at++) {
    const high = digitValue(text.charCodeAt(2 * at));
    const low = digitValue(text.charCodeAt(2 * at + 1));
    if (high === undefined || low === undefined) return undefined;
    bytes[at] = high * 16 + low;
  }
  return bytes;
}

/** True for 64 lower-case hex digits, the one form in which digests are written and read. */
export function isSha256Hex(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}

/** The value of one hex digit, given as a code unit. */
export function digitValue(code: number): number | undefined {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 && code < 0x80 ? lower - 0x57 : undefined;
}
