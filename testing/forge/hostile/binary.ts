/** Modules as bytes, of shapes that an assembler of texts is not made for. The first function is `_start`. */
export interface BinaryFunction {
  readonly params?: number;
  readonly results?: number;
  /** Of type i64. */
  readonly locals?: number;
  /** Without the last `end`. */
  readonly body: readonly number[];
}

const I64 = 0x7e;
export const OP = {
  if: 0x04,
  block: 0x02,
  end: 0x0b,
  br: 0x0c,
  brTable: 0x0e,
  call: 0x10,
  drop: 0x1a,
  localGet: 0x20,
  i32: 0x41,
  i64: 0x42,
} as const;
export const EMPTY = 0x40;

/** An unsigned number in LEB128. */
export function leb(value: number): number[] {
  const bytes: number[] = [];
  let left = value;
  do {
    const rest = Math.floor(left / 128);
    bytes.push((left % 128) | (rest > 0 ? 0x80 : 0));
    left = rest;
  } while (left > 0);
  return bytes;
}

export const times = (count: number, bytes: readonly number[]): number[] => Array.from({ length: count }, () => bytes).flat();

export function moduleOf(functions: readonly BinaryFunction[]): Uint8Array {
  const types = functions.map(({ params = 0, results = 0 }) => [
    0x60,
    ...leb(params),
    ...times(params, [I64]),
    ...leb(results),
    ...times(results, [I64]),
  ]);
  const bodies = functions.map(({ locals = 0, body }) => {
    const code = [...(locals === 0 ? [0] : [1, ...leb(locals), I64]), ...body, OP.end];
    return [...leb(code.length), code];
  });
  const name = [...new TextEncoder().encode("_start")];
  const parts: readonly (readonly (number | readonly number[])[])[] = [
    [1, section(types.flat(), types.length)],
    [
      3,
      section(
        functions.flatMap((_, at) => leb(at)),
        functions.length,
      ),
    ],
    [5, section([0, 1], 1)],
    [7, section([name.length, ...name, 0, 0], 1)],
    [10, section(bodies.flat(2), bodies.length)],
  ];
  return Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...parts.flat(2)]);
}

function section(content: readonly number[], items: number): number[] {
  const all = [...leb(items), ...content];
  return [...leb(all.length), ...all];
}
