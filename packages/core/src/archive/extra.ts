import { Cursor, CursorEnd, fromInteger } from "../encoding/index.ts";
import { crc32 } from "../platform/index.ts";
import { pathFault, zipFault } from "./fault.ts";

const ZIP64 = 0x0001;
const UNICODE_PATH = 0x7075;
const UNICODE_PATH_VERSION = 1;

/** Fields by which some reader takes another name, a mode, a link's target or a key: what they say is checked nowhere else. */
const REFUSED: ReadonlyMap<number, string> = new Map([
  [0x0017, "strong encryption"],
  [0x2605, "a Macintosh name"],
  [0x2705, "a Macintosh name"],
  [0x334d, "a Macintosh file"],
  [0x756e, "a Unix mode and link"],
  [0x9901, "AES encryption"],
]);
const PKWARE_UNIX = 0x000d;
/** Times and owners; what follows them is a link's target or a device. */
const PKWARE_UNIX_PLAIN_BYTES = 12;

/**
 * Walks the extra fields of a header, which must fill `fields` to its last byte, and refuses what gives the entry
 * another name or nature (spec 1.6, T13).
 * @returns the data of the zip64 field, where there is one
 */
export function readExtra(fields: Uint8Array, name: Uint8Array, offset: number): Uint8Array | undefined {
  if (fields.length === 0) return undefined;
  const cursor = new Cursor(fields);
  const seen = new Map<number, Uint8Array>();
  try {
    while (cursor.remaining > 0) {
      const id = cursor.u16();
      const data = cursor.take(cursor.u16());
      const refused = REFUSED.get(id);
      if (refused !== undefined) throw zipFault(`an extra field with ${refused}`, offset, name);
      if (id === PKWARE_UNIX && data.length > PKWARE_UNIX_PLAIN_BYTES) throw zipFault("an extra field with a link", offset, name);
      if (id === UNICODE_PATH) checkUnicodePath(data, name, offset);
      // The first or the last of two: readers differ.
      if (id === ZIP64 && seen.has(id)) throw zipFault("two zip64 fields", offset, name);
      seen.set(id, data);
    }
  } catch (fault) {
    if (fault instanceof CursorEnd) throw zipFault("a truncated extra field", offset, name);
    throw fault;
  }
  return seen.get(ZIP64);
}

/** A Unicode path may only repeat the name (vector A3). */
function checkUnicodePath(data: Uint8Array, name: Uint8Array, offset: number): void {
  const cursor = new Cursor(data);
  const version = cursor.u8();
  const checksum = cursor.u32();
  const unicodeName = cursor.take(cursor.remaining);
  if (!equalBytes(unicodeName, name)) throw pathFault("a Unicode path field that renames it", offset, name);
  if (version !== UNICODE_PATH_VERSION || checksum !== crc32(name)) throw zipFault("a wrong Unicode path field", offset, name);
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}

/** A number of a header, and the marker that says that it stands in the zip64 field. */
export interface Narrow {
  readonly value: number;
  readonly mark: number;
  /** Bytes of the number in the zip64 field. */
  readonly wideBytes: 4 | 8;
}

/**
 * The numbers of a header with what its zip64 field says in place of the markers; undefined where the two do not fit.
 * The field holds the marked numbers alone, as the format has it, or the first two and more of all, as some write it:
 * then the unmarked ones must be repeated unchanged (spec 1.6). Bigints are only beyond the integers of a double.
 */
export function widen(numbers: readonly Narrow[], field: Uint8Array | undefined): readonly (number | bigint)[] | undefined {
  if (field === undefined) return numbers.some(isMarked) ? undefined : numbers.map(({ value }) => value);
  const marked = numbers.filter(isMarked);
  const present = field.length === wideLength(marked) ? marked : leading(numbers, field.length);
  if (present === undefined || marked.some((number) => !present.includes(number))) return undefined;
  const cursor = new Cursor(field);
  const wide = numbers.map((number) => {
    if (!present.includes(number)) return number.value;
    const value = number.wideBytes === 8 ? fromInteger(cursor.u64()) : cursor.u32();
    return isMarked(number) || value === number.value ? value : undefined;
  });
  return wide.every((value) => value !== undefined) ? wide : undefined;
}

const isMarked = ({ value, mark }: Narrow): boolean => value === mark;
const wideLength = (numbers: readonly Narrow[]): number => numbers.reduce((sum, { wideBytes }) => sum + wideBytes, 0);

function leading(numbers: readonly Narrow[], length: number): readonly Narrow[] | undefined {
  for (let count = 2; count <= numbers.length; count++) {
    const first = numbers.slice(0, count);
    if (wideLength(first) === length) return first;
  }
  return undefined;
}
