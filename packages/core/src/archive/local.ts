import { Cursor, fromInteger } from "../encoding/index.ts";
import { SkillError } from "../errors.ts";
import { type CentralRecord, checkReadable, DESCRIPTOR_FLAG, STORED } from "./central.ts";
import { MARK_32 } from "./end.ts";
import { equalBytes, readExtra, widen } from "./extra.ts";
import { shownName, zipFault } from "./fault.ts";

export const LOCAL_SIGNATURE = 0x04034b50;
const DESCRIPTOR_SIGNATURE = 0x08074b50;

/** An entry whose two headers say the same, with its content as it is stored. */
export interface LocatedEntry {
  readonly record: CentralRecord;
  readonly compressed: Uint8Array;
}

/**
 * Finds every entry at the end of the one before, the first at the archive's first byte and the last ending where the
 * directory starts: nothing before, between, behind or shared (spec 1.6, T13). The central directory alone is not
 * believed: a reader that walks local headers must see the same.
 */
export function locateEntries(bytes: Uint8Array, records: readonly CentralRecord[], directoryStart: number): LocatedEntry[] {
  const ordered = records.toSorted((a, b) => a.localOffset - b.localOffset);
  if ((ordered[0]?.localOffset ?? directoryStart) !== 0) throw zipFault("bytes before the first entry", 0);
  return ordered.map((record, index) => {
    const next = ordered[index + 1];
    if (next?.localOffset === record.localOffset) throw shared(record, next);
    return locateEntry(bytes, record, next?.localOffset ?? directoryStart);
  });
}

/** Two central records of one local entry: a path twice, or two names for the same bytes. */
function shared(record: CentralRecord, other: CentralRecord): SkillError {
  if (!equalBytes(record.name, other.name)) return zipFault("shares its bytes with another entry", other.offset, other.name);
  return new SkillError("DuplicateArtifactEntry", { path: shownName(other.name) });
}

/** The entry that fills the bytes from its local header to `end`. */
function locateEntry(bytes: Uint8Array, record: CentralRecord, end: number): LocatedEntry {
  const offset = record.localOffset;
  const cursor = new Cursor(bytes, offset, end);
  const differs = (what: string) => zipFault(`${what} differs between local header and directory`, offset, record.name);
  if (cursor.u32() !== LOCAL_SIGNATURE) throw zipFault("no local header", offset, record.name);
  const versionNeeded = cursor.u16();
  const flags = cursor.u16();
  const method = cursor.u16();
  cursor.u32();
  const crc32 = cursor.u32();
  const compressedSize = { value: cursor.u32(), mark: MARK_32, wideBytes: 8 } as const;
  const size = { value: cursor.u32(), mark: MARK_32, wideBytes: 8 } as const;
  const nameLength = cursor.u16();
  const extraLength = cursor.u16();
  const name = cursor.take(nameLength);
  if (!equalBytes(name, record.name)) throw differs("the name");
  checkReadable(versionNeeded, flags, method, offset, name);
  if (method !== record.method) throw differs("the method");
  const hasDescriptor = (flags & DESCRIPTOR_FLAG) !== 0;
  // A descriptor is announced to who walks the entries; some writers do not say it again in the directory. With the
  // descriptor in its place and right, both see the same.
  const announced = hasDescriptor ? DESCRIPTOR_FLAG : 0;
  if (flags !== (record.flags | announced)) throw differs("a flag");
  const field = readExtra(cursor.take(extraLength), name, offset);
  const wide = widen([size, compressedSize], field);
  if (wide === undefined) throw zipFault("a zip64 field that does not fit the plain ones", offset, name);
  const [wideSize = 0, wideCompressedSize = 0] = wide;
  // Beside a descriptor a field is empty or right (vector A22).
  const same = (local: number | bigint, central: number | bigint): boolean => local === central || (hasDescriptor && local === 0);
  if (!same(crc32, record.crc32)) throw differs("the CRC");
  if (!same(wideSize, record.size)) throw differs("the size");
  if (!same(wideCompressedSize, record.compressedSize)) throw differs("the compressed size");
  const start = cursor.position;
  const compressed = cursor.take(record.compressedSize);
  if (hasDescriptor) {
    const recordAt = checkDescriptor(cursor, record, field !== undefined);
    if (method === STORED) refuseEarlierEnd(bytes, start, recordAt, record);
  }
  if (cursor.remaining > 0) throw zipFault("bytes behind it that belong to no entry", cursor.position, name);
  return { record, compressed };
}

/**
 * A reader that cannot look ahead finds the end of stored content by what follows it: the descriptor or, where that has no
 * signature, the next header. Content that holds the signature of any record ends there for it, and what comes then is
 * entries that nobody else sees. (The end of a deflate stream stands in the stream.) Spec 1.6, T13, vector A2.
 * @param recordAt where that record truly is
 */
function refuseEarlierEnd(bytes: Uint8Array, start: number, recordAt: number, record: CentralRecord): void {
  for (let at = start; at < recordAt; at++) {
    if (bytes[at] === P && bytes[at + 1] === K && RECORD_KINDS.has(((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0))) {
      throw zipFault("stored content with a record in it, ended by a data descriptor alone", at, record.name);
    }
  }
}

const P = 0x50;
const K = 0x4b;
/** Third and fourth byte of a record's signature: headers, ends, locator, archive data, descriptor, marks of spanned archives. */
const RECORD_KINDS: ReadonlySet<number> = new Set([0x0102, 0x0304, 0x0505, 0x0506, 0x0606, 0x0607, 0x0608, 0x0708, 0x3030]);

/**
 * The descriptor must be all that is left: 32-bit sizes, or 64-bit ones behind a header with a zip64 field.
 * @returns offset of the first signature from there on: its own, or that of the record behind it
 */
function checkDescriptor(cursor: Cursor, record: CentralRecord, isWide: boolean): number {
  const offset = cursor.position;
  const bare = isWide ? 20 : 12;
  const isSigned = cursor.remaining === bare + 4;
  if (!isSigned && cursor.remaining !== bare) throw zipFault("no data descriptor, or one of another length", offset, record.name);
  if (isSigned && cursor.u32() !== DESCRIPTOR_SIGNATURE) throw zipFault("no data descriptor", offset, record.name);
  const crc32 = cursor.u32();
  const size64 = () => fromInteger(cursor.u64());
  const [compressedSize, size] = isWide ? [size64(), size64()] : [cursor.u32(), cursor.u32()];
  const agrees =
    crc32 === record.crc32 &&
    compressedSize === record.compressedSize &&
    size === record.size &&
    // Without the optional signature, such a CRC would be taken for it.
    (isSigned || crc32 !== DESCRIPTOR_SIGNATURE);
  if (!agrees) throw zipFault("the data descriptor differs from the directory", offset, record.name);
  return isSigned ? offset : cursor.position;
}
