import { Malformed } from "../malformed.ts";
import { Reader } from "../reader.ts";

/** Ids of sections. */
export const Id = {
  custom: 0,
  types: 1,
  imports: 2,
  functions: 3,
  tables: 4,
  memories: 5,
  globals: 6,
  exports: 7,
  start: 8,
  elements: 9,
  code: 10,
  data: 11,
  dataCount: 12,
} as const;

export const HEADER_BYTES = 8;

/** Where a section lies in the module. */
export interface SectionPlace {
  /** Of its contents, to their end. */
  readonly from: number;
  readonly end: number;
}

/** Sections of a metered module, in the order that they must keep. The start function is taken out. */
export const ORDER: readonly number[] = [
  Id.types,
  Id.imports,
  Id.functions,
  Id.tables,
  Id.memories,
  Id.globals,
  Id.exports,
  Id.elements,
  Id.dataCount,
  Id.code,
  Id.data,
];

/**
 * The sections, by their ids. No custom one: nothing of them is needed to run, what they say of places in the code is no longer true, and an engine that
 * was told a stranger's names tells traps by them, whatever number of a function they look like.
 */
export function readLayout(bytes: Uint8Array): ReadonlyMap<number, SectionPlace> {
  const reader = new Reader(bytes, 0, bytes.length);
  reader.skip(HEADER_BYTES);
  const places = new Map<number, SectionPlace>();
  while (reader.remaining > 0) {
    const start = reader.at;
    const id = reader.byte();
    const size = reader.u32();
    if (size > reader.remaining) throw new Malformed("a section is longer than the module", start);
    const place = { from: reader.at, end: reader.at + size };
    reader.at = place.end;
    if (id === Id.custom) continue;
    if (places.has(id) || (id !== Id.start && !ORDER.includes(id))) throw new Malformed(`section ${id} is not expected`, start);
    places.set(id, place);
  }
  return places;
}
