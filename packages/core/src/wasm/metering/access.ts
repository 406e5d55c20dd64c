/** How many bytes each instruction that takes a memory argument reads or writes. */
import { Malformed } from "../malformed.ts";
import type { Reader } from "../reader.ts";

const bytesOf = (size: number, runs: readonly (readonly [first: number, ...sizes: number[]])[]): Uint8Array => {
  const table = new Uint8Array(size);
  for (const [first, ...sizes] of runs) table.set(sizes, first);
  return table;
};

/** One-byte opcodes. */
export const ACCESS_BYTES = bytesOf(256, [
  [0x28, 4, 8, 4, 8, 1, 1, 2, 2, 1, 1, 2, 2, 4, 4], // loads
  [0x36, 4, 8, 4, 8, 1, 2, 1, 2, 4], // stores
]);

/** Opcodes after 0xfd. */
export const SIMD_ACCESS_BYTES = bytesOf(256, [
  [0x00, 16, 8, 8, 8, 8, 8, 8, 1, 2, 4, 8, 16], // load, extending loads, splats, store
  [0x54, 1, 2, 4, 8, 1, 2, 4, 8, 4, 8], // lanes loaded, lanes stored, load_zero
]);

/** What is to be known of a memory here. */
export interface Reach {
  /** Bytes that it can have by its own declaration: 2^64 where a 64-bit one has no maximum. */
  readonly bytes: bigint;
  readonly wide: boolean;
}

/**
 * Passes a memory argument; says whether the access lies outside the memory whatever its address: beyond the declared maximum, not the
 * cap. wasmtime knows then that what follows cannot be reached, and so must we (spec 10.2).
 */
export function readsBeyond(reader: Reader, memories: readonly Reach[], size: number): boolean {
  const start = reader.at;
  const memory = memories[(reader.u32() & 0x40) === 0 ? 0 : reader.u32()];
  if (memory === undefined) throw new Malformed("there is no such memory", start);
  const from = reader.at;
  const offset = reader.u64Rounded();
  if (offset <= Number.MAX_SAFE_INTEGER) return BigInt(offset) + BigInt(size) > memory.bytes;
  reader.at = from;
  return reader.u64() + BigInt(size) > memory.bytes;
}
