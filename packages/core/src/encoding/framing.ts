/** Eight bytes, most significant first (spec 1.4). `value` is an integer from 0 to 2^64-1. */
export function u64be(value: number | bigint): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(8);
  if (typeof value === "number" && value <= 0xffff_ffff) {
    // Nearly all of them; bit operations take 32.
    for (let at = 7, left = value; at > 3; at -= 1, left >>>= 8) bytes[at] = left;
    return bytes;
  }
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes;
}
