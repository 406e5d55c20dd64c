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
  /** Bytes that it can have by its own declaration. */
  readonly bytes: bigint;
}

/** Offsets from here on are no part of wasmtime's look: it adds them to the address while the module runs. */
const FIRST_UNSEEN = 2 ** 32;

/**
 * Passes a memory argument; says whether the access lies outside the memory whatever its address, as far as wasmtime sees: beyond the declared
 * maximum, not the cap. It knows then that what follows cannot be reached, and so must we (spec 10.2).
 */
export function readsBeyond(reader: Reader, memories: readonly Reach[], size: number): boolean {
  const start = reader.at;
  const memory = memories[(reader.u32() & 0x40) === 0 ? 0 : reader.u32()];
  if (memory === undefined) throw new Malformed("there is no such memory", start);
  const offset = reader.u64Rounded();
  return BigInt(offset < FIRST_UNSEEN ? offset + size : size) > memory.bytes;
}
