/** Eight bytes, most significant first (spec 1.4). `value` is an integer from 0 to 2^64-1. */
export function u64be(value: number | bigint): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes;
}
