import { Cursor } from "../encoding/index.ts";
import { SkillError } from "../errors.ts";
import { type Directory, MARK_16, MARK_32, MAX_VERSION_NEEDED } from "./end.ts";
import { readExtra, widen } from "./extra.ts";
import { zipFault } from "./fault.ts";
import { MAX_ENTRIES } from "./limits.ts";

export const CENTRAL_SIGNATURE = 0x02014b50;

export const STORED = 0;
export const DEFLATED = 8;

/** Of the general flags. */
export const DESCRIPTOR_FLAG = 0x0008;
export const UTF8_FLAG = 0x0800;
/** How hard the deflater tried: says nothing to a reader. */
const LEVEL_FLAGS = 0x0006;

/** What the central directory says of one entry. Offsets are from the start of the archive. */
export interface CentralRecord {
  readonly offset: number;
  readonly name: Uint8Array;
  /** The name ends with a slash. */
  readonly isFolder: boolean;
  readonly flags: number;
  readonly method: number;
  readonly crc32: number;
  readonly compressedSize: number;
  /** Declared, and not yet held against any limit. */
  readonly size: number | bigint;
  readonly localOffset: number;
}

/**
 * Reads the central directory from its first byte to its last. A directory with more records than the end record counts,
 * or than an archive may have, is left at the first that is too many: 64 MiB of records are not walked to count them.
 */
export function readCentralRecords(bytes: Uint8Array, directory: Directory): CentralRecord[] {
  const cursor = new Cursor(bytes, directory.start, directory.end);
  const records: CentralRecord[] = [];
  while (cursor.remaining > 0) {
    if (records.length === directory.count) throw zipFault("more entries than the end record counts", cursor.position);
    const record = readCentralRecord(cursor);
    if (records.length === MAX_ENTRIES) {
      throw new SkillError("ArtifactTooManyEntries", { actual: directory.count, limit: MAX_ENTRIES });
    }
    records.push(record);
  }
  if (records.length !== directory.count) throw zipFault("fewer entries than the end record counts", directory.end);
  return records;
}

function readCentralRecord(cursor: Cursor): CentralRecord {
  const offset = cursor.position;
  if (cursor.u32() !== CENTRAL_SIGNATURE) throw zipFault("no central record", offset);
  cursor.u16();
  const versionNeeded = cursor.u16();
  const flags = cursor.u16();
  const method = cursor.u16();
  cursor.u32();
  const crc32 = cursor.u32();
  const compressedSize = { value: cursor.u32(), mark: MARK_32, wideBytes: 8 } as const;
  const size = { value: cursor.u32(), mark: MARK_32, wideBytes: 8 } as const;
  const nameLength = cursor.u16();
  const extraLength = cursor.u16();
  const commentLength = cursor.u16();
  const disk = { value: cursor.u16(), mark: MARK_16, wideBytes: 4 } as const;
  cursor.u16();
  const attributes = cursor.u32();
  const localOffset = { value: cursor.u32(), mark: MARK_32, wideBytes: 8 } as const;
  const name = cursor.take(nameLength);
  const extra = cursor.take(extraLength);
  if (commentLength !== 0) throw zipFault("an entry comment", offset, name);
  checkReadable(versionNeeded, flags, method, offset, name);
  const isFolder = name.at(-1) === 0x2f;
  const problem = natureProblem(attributes, isFolder);
  if (problem !== undefined) throw zipFault(problem, offset, name);
  const wide = widen([size, compressedSize, localOffset, disk], readExtra(extra, name, offset));
  if (wide === undefined) throw zipFault("a zip64 field that does not fit the plain ones", offset, name);
  const [wideSize = 0, wideCompressedSize = 0, wideLocalOffset = 0, wideDisk = 0] = wide;
  if (wideDisk !== 0) throw zipFault("several disks", offset, name);
  return {
    offset,
    name,
    isFolder,
    flags,
    method,
    crc32,
    // As doubles: beyond their integers they are outside the archive all the same.
    compressedSize: Number(wideCompressedSize),
    size: wideSize,
    localOffset: Number(wideLocalOffset),
  };
}

/** Of both kinds of header: a version, flags and a method that are read here (spec 1.6, vectors A21, A26). */
export function checkReadable(versionNeeded: number, flags: number, method: number, offset: number, name: Uint8Array): void {
  if (versionNeeded > MAX_VERSION_NEEDED) throw zipFault("needs a later version of ZIP", offset, name);
  const others = flags & ~(LEVEL_FLAGS | DESCRIPTOR_FLAG | UTF8_FLAG);
  if (others !== 0) throw zipFault("encrypted, patched, masked, or flags of unknown meaning", offset, name);
  if (method !== STORED && method !== DEFLATED) throw zipFault("neither stored nor deflated", offset, name);
}

const TYPE_BITS = 0o170000;
const REGULAR_FILE = 0o100000;
const FOLDER = 0o040000;
/** setuid, setgid, sticky. */
const SPECIAL_BITS = 0o007000;
const DOS_FOLDER = 0x10;
/** A volume's label, a device, a reparse point. */
const DOS_SPECIAL = 0x08 | 0x40 | 0x400;

/**
 * What is wrong with the nature that the attributes give an entry. The Unix half counts whatever system is said to have
 * made the entry, since some readers do not look at that (spec 1.6, vectors A1, A18, A25).
 */
function natureProblem(attributes: number, isFolder: boolean): string | undefined {
  const mode = attributes >>> 16;
  const type = mode & TYPE_BITS;
  if ((mode & SPECIAL_BITS) !== 0) return "a setuid, setgid or sticky bit";
  if (type !== 0 && type !== REGULAR_FILE && type !== FOLDER) return "a link, a device or another special file";
  if ((attributes & DOS_SPECIAL) !== 0) return "a label, a device or a reparse point";
  const saysFolder = type === FOLDER || (attributes & DOS_FOLDER) !== 0;
  const saysFile = type === REGULAR_FILE;
  return (isFolder && saysFile) || (!isFolder && saysFolder) ? "a mode that disagrees with the name's final slash" : undefined;
}
