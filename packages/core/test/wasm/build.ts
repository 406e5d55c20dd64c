/** Small modules written byte by byte, for tests. */

export type Bytes = readonly number[] | Uint8Array;

export const HEADER = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
export const I32 = 0x7f;
export const I64 = 0x7e;
export const FUNCREF = 0x70;

/** Unsigned LEB128. */
export function leb(value: number | bigint): number[] {
  const bytes: number[] = [];
  let rest = BigInt(value);
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 0x80 : low);
  } while (rest > 0n);
  return bytes;
}

/** Joins without spreading: parts can be megabytes. */
export function join(...parts: Bytes[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

export function repeat(count: number, part: Bytes): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(count * part.length);
  for (let index = 0; index < count; index++) all.set(part, index * part.length);
  return all;
}

export const section = (id: number, body: Bytes): Uint8Array<ArrayBuffer> => join([id], leb(body.length), body);
export const list = (...items: Bytes[]): Uint8Array<ArrayBuffer> => join(leb(items.length), ...items);
export const text = (value: string): Uint8Array<ArrayBuffer> => {
  const bytes = new TextEncoder().encode(value);
  return join(leb(bytes.length), bytes);
};
export const functionType = (params: Bytes, results: Bytes): Uint8Array<ArrayBuffer> =>
  join([0x60], leb(params.length), params, leb(results.length), results);

export const moduleOf = (...sections: Bytes[]): Uint8Array<ArrayBuffer> => join(HEADER, ...sections);

/** A body: runs of locals (count, type), then instructions; the last `end` is added. */
export function body(instructions: Bytes, locals: readonly [count: number, type: number][] = []): Uint8Array<ArrayBuffer> {
  const code = join(list(...locals.map(([count, type]) => join(leb(count), [type]))), instructions, [0x0b]);
  return join(leb(code.length), code);
}

export interface Function {
  readonly params?: Bytes;
  readonly results?: Bytes;
  readonly locals?: readonly [count: number, type: number][];
  readonly code: Bytes;
}

/** One function, with further types from index 1 on, and whatever sections it needs before (ids up to 9) and after its code. */
export function functionModule(
  of: Function,
  more: { types?: Bytes[]; before?: Bytes[]; after?: Bytes[] } = {},
): Uint8Array<ArrayBuffer> {
  return moduleOf(
    section(1, list(functionType(of.params ?? [], of.results ?? []), ...(more.types ?? []))),
    section(3, [1, 0]),
    ...(more.before ?? []),
    section(10, list(body(of.code, of.locals))),
    ...(more.after ?? []),
  );
}

/** Features that Node 20 lacks: where a module uses one, this engine's answer says nothing. */
export const YOUNG = ["relaxed_simd", "several_memories", "memory64", "table64", "extended_constants"] as const;
