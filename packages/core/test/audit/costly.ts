/** Small modules that are large for a compiler (T24). */

/** One function of so many i32 locals, with so many nested empty blocks; the cost is their product (spec 4.4). */
export function costlyModule(locals: number, blocks: number): Uint8Array {
  const body = [1, ...leb(locals), 0x7f, ...repeated([0x02, 0x40], blocks), ...repeated([0x0b], blocks), 0x0b];
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 0, 0]),
    ...section(3, [1, 0]),
    ...section(7, [1, 6, ...[..."_start"].map((c) => c.charCodeAt(0)), 0, 0]),
    ...section(10, [1, ...leb(body.length), ...body]),
  ]);
}

const section = (id: number, bytes: readonly number[]): number[] => [id, ...leb(bytes.length), ...bytes];

const repeated = (bytes: readonly number[], times: number): number[] => Array.from({ length: times }, () => bytes).flat();

/** Unsigned LEB128. */
function leb(value: number): number[] {
  const bytes: number[] = [];
  for (; value >= 128; value >>>= 7) bytes.push((value & 127) | 128);
  return [...bytes, value];
}
