/** Eight bytes, most significant first (spec 1.4). `value` is an integer from 0 to 2^64-1. */
export function u64be(value: number | bigint): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(8);
  // Nearly all of them: whole numbers of 32 bits, which bit operations take. What is none is refused below.
  if (typeof value === "number" && value >>> 0 === value) {
    for (let at = 7, left = value; at > 3; at -= 1, left >>>= 8) bytes[at] = left;
    return bytes;
  }
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes;
}
