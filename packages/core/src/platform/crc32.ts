/**
 * Eight tables of 256: number `n` has the CRC of each byte (reflected polynomial 0xEDB88320) with `n` zero bytes behind
 * it, so that eight bytes are taken at a time. Signed, since engines keep unsigned numbers of 32 bits as doubles.
 */
const TABLES = new Int32Array(8 * 256);
for (let byte = 0; byte < 256; byte++) {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ ((remainder & 1) === 1 ? 0xedb88320 : 0);
  TABLES[byte] = remainder;
}
for (let at = 256; at < TABLES.length; at++) {
  const shorter = TABLES[at - 256] ?? 0;
  TABLES[at] = (shorter >>> 8) ^ (TABLES[shorter & 255] ?? 0);
}

/** CRC-32 (IEEE 802.3) of the bytes, unsigned; `before`: that of the bytes before them. */
export function crc32(bytes: Uint8Array, before = 0): number {
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let remainder = ~before;
  let at = 0;
  for (; at + 8 <= bytes.length; at += 8) {
    const low = remainder ^ words.getInt32(at, true);
    const high = words.getInt32(at + 4, true);
    remainder = fourBytes(low, 4) ^ fourBytes(high, 0);
  }
  for (; at < bytes.length; at++) remainder = (remainder >>> 8) ^ (TABLES[(remainder ^ words.getUint8(at)) & 255] ?? 0);
  return ~remainder >>> 0;
}

/** The CRC of four bytes, lowest first, with `after` bytes behind them. */
function fourBytes(word: number, after: number): number {
  const table = after * 256;
  return (
    (TABLES[table + 768 + (word & 255)] ?? 0) ^
    (TABLES[table + 512 + ((word >>> 8) & 255)] ?? 0) ^
    (TABLES[table + 256 + ((word >>> 16) & 255)] ?? 0) ^
    (TABLES[table + (word >>> 24)] ?? 0)
  );
}
