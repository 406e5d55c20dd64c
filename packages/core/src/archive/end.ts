import { Cursor } from "../encoding/index.ts";
import { zipFault } from "./fault.ts";

export const END_SIGNATURE = 0x06054b50;
const END_BYTES = 22;
const LOCATOR_SIGNATURE = 0x07064b50;
const LOCATOR_BYTES = 20;
const WIDE_END_SIGNATURE = 0x06064b50;
const WIDE_END_BYTES = 56;
/** What the wide record says of its own length: without the signature and this field. */
const WIDE_END_REST = 44n;

/** In a plain field: the value stands in the zip64 record. */
export const MARK_16 = 0xffff;
export const MARK_32 = 0xffffffff;

/** ZIP 4.5: what zip64 needs, and the highest that anything read here does (vector A26). */
export const MAX_VERSION_NEEDED = 45;

/** Where the central directory lies, and how many records the end record counts in it. */
export interface Directory {
  readonly start: number;
  readonly end: number;
  readonly count: number;
}

/**
 * Reads what closes an archive. The end record is the last 22 bytes, so there is no comment and nothing behind it; the
 * zip64 records, where there are any, stand directly before it, and the directory directly before those (spec 1.6, T13).
 */
export function readEnd(bytes: Uint8Array): Directory {
  const at = bytes.length - END_BYTES;
  if (at < 0) throw zipFault("too short for a ZIP", 0);
  const cursor = new Cursor(bytes, at);
  if (cursor.u32() !== END_SIGNATURE) throw zipFault("no end record in the last 22 bytes: no ZIP, cut, or a comment", at);
  const plain: End = {
    disk: cursor.u16(),
    directoryDisk: cursor.u16(),
    entriesHere: cursor.u16(),
    entries: cursor.u16(),
    size: cursor.u32(),
    offset: cursor.u32(),
  };
  if (cursor.u16() !== 0) throw zipFault("an archive comment", at);
  const locatorAt = at - LOCATOR_BYTES;
  // A reader that looks for the locator first must find what the plain record says, so it is never passed over.
  const isWide = locatorAt >= 0 && new Cursor(bytes, locatorAt).u32() === LOCATOR_SIGNATURE;
  const end = isWide ? readWideEnd(bytes, locatorAt, plain) : { ...plain, recordAt: at };
  if (end.disk !== 0 || end.directoryDisk !== 0 || end.entriesHere !== end.entries) throw zipFault("several disks", at);
  if (end.offset + end.size !== end.recordAt) throw zipFault("the end record is not where the directory ends", at);
  return { start: end.offset, end: end.recordAt, count: end.entries };
}

interface End {
  readonly disk: number;
  readonly directoryDisk: number;
  readonly entriesHere: number;
  readonly entries: number;
  readonly size: number;
  readonly offset: number;
}

/** The zip64 end record: each plain field is the marker, or the same number (spec 1.6, vector A5). */
function readWideEnd(bytes: Uint8Array, locatorAt: number, plain: End): End & { readonly recordAt: number } {
  const locator = new Cursor(bytes, locatorAt + 4);
  const disk = locator.u32();
  const recordAt = Number(locator.u64());
  const disks = locator.u32();
  if (disk !== 0 || disks !== 1) throw zipFault("several disks", locatorAt);
  if (recordAt !== locatorAt - WIDE_END_BYTES) throw zipFault("the zip64 locator points elsewhere", locatorAt);
  const cursor = new Cursor(bytes, recordAt);
  if (cursor.u32() !== WIDE_END_SIGNATURE) throw zipFault("no zip64 end record", recordAt);
  if (cursor.u64() !== WIDE_END_REST) throw zipFault("a zip64 end record of another length", recordAt);
  cursor.u16();
  if (cursor.u16() > MAX_VERSION_NEEDED) throw zipFault("needs a later version of ZIP", recordAt);
  const agreed = (plainValue: number, mark: number, wide: number | bigint): number => {
    // As doubles: what is beyond their integers fails the checks of place and count all the same.
    const value = Number(wide);
    if (plainValue !== mark && plainValue !== value)
      throw zipFault("the zip64 end record disagrees with the plain one", recordAt);
    return value;
  };
  return {
    recordAt,
    disk: agreed(plain.disk, MARK_16, cursor.u32()),
    directoryDisk: agreed(plain.directoryDisk, MARK_16, cursor.u32()),
    entriesHere: agreed(plain.entriesHere, MARK_16, cursor.u64()),
    entries: agreed(plain.entries, MARK_16, cursor.u64()),
    size: agreed(plain.size, MARK_32, cursor.u64()),
    offset: agreed(plain.offset, MARK_32, cursor.u64()),
  };
}
