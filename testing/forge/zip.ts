import { crc32, deflateRawSync } from "node:zlib";

/**
 * A forge of hostile ZIPs: builds archives byte by byte, right by default, and every field may be overridden. For tests
 * and the fuzzer alone; what it writes is meant to be refused.
 */
export interface ForgedZip {
  readonly entries?: readonly ForgedEntry[];
  /** Bytes before the first local header. Offsets count them. */
  readonly prefix?: Uint8Array;
  /** Bytes between the last entry and the central directory. */
  readonly beforeDirectory?: Uint8Array;
  /** Bytes between the central directory and what follows it. */
  readonly beforeEnd?: Uint8Array;
  /** Bytes behind the end record. */
  readonly suffix?: Uint8Array;
  readonly comment?: Uint8Array;
  /** Order of the central records, as indices of `entries`; may leave out and repeat. */
  readonly directory?: readonly number[];
  readonly end?: Partial<EndFields>;
  /** Zip64 end record and locator: right ones, or with these fields. */
  readonly wideEnd?: Partial<WideEndFields>;
}

export interface ForgedEntry {
  readonly name: string | Uint8Array;
  readonly content?: Uint8Array;
  /** Default 8 (deflate). */
  readonly method?: number;
  /** What is stored; default the content as the method says. */
  readonly compressed?: Uint8Array;
  readonly local?: Partial<HeaderFields>;
  readonly central?: Partial<CentralFields>;
  /** Bytes behind the content: `descriptor(entry)` or others. Sets bit 3 and empties the local header unless overridden. */
  readonly descriptor?: Uint8Array;
  /** Bytes before its local header. */
  readonly before?: Uint8Array;
}

export interface HeaderFields {
  readonly signature: number;
  readonly versionNeeded: number;
  readonly flags: number;
  readonly method: number;
  readonly time: number;
  readonly date: number;
  readonly crc32: number;
  readonly compressedSize: number;
  readonly size: number;
  readonly name: Uint8Array;
  readonly extra: Uint8Array;
}

export interface CentralFields extends HeaderFields {
  readonly madeBy: number;
  readonly comment: Uint8Array;
  readonly disk: number;
  readonly attributes: number;
  readonly offset: number;
}

export interface EndFields {
  readonly signature: number;
  readonly disk: number;
  readonly directoryDisk: number;
  readonly entriesHere: number;
  readonly entries: number;
  readonly size: number;
  readonly offset: number;
  readonly commentLength: number;
}

export interface WideEndFields extends Omit<EndFields, "commentLength"> {
  readonly rest: number;
  readonly versionNeeded: number;
  readonly locatorSignature: number;
  readonly locatorOffset: number;
  readonly disks: number;
  readonly extensible: Uint8Array;
  /** Bytes between the record and its locator. */
  readonly beforeLocator: Uint8Array;
}

const UTF8_FLAG = 0x0800;
export const DESCRIPTOR_FLAG = 0x0008;
const FILE_MODE = 0o100644;

export function forgeZip(zip: ForgedZip): Uint8Array<ArrayBuffer> {
  const { entries = [], prefix = NOTHING, beforeDirectory = NOTHING, beforeEnd = NOTHING, suffix = NOTHING } = zip;
  const comment = zip.comment ?? NOTHING;
  const parts: Uint8Array[] = [prefix];
  let at = prefix.length;
  const put = (bytes: Uint8Array): void => {
    parts.push(bytes);
    at += bytes.length;
  };
  const offsets = entries.map((entry) => {
    put(entry.before ?? NOTHING);
    const offset = at;
    put(localEntry(entry));
    return offset;
  });
  put(beforeDirectory);
  const start = at;
  const order = zip.directory ?? entries.map((_, index) => index);
  for (const index of order) {
    const entry = entries[index];
    if (entry !== undefined) put(centralRecord(entry, offsets[index] ?? 0));
  }
  const directory = { entries: order.length, size: at - start, offset: start };
  put(beforeEnd);
  if (zip.wideEnd !== undefined) put(wideEnd(directory, at, zip.wideEnd));
  put(endRecord(directory, comment, zip.end ?? {}));
  put(suffix);
  return new Uint8Array(Buffer.concat(parts));
}

/** A right data descriptor of the content. */
export function descriptor(
  entry: Pick<ForgedEntry, "content" | "method" | "compressed">,
  form: { readonly signature?: boolean; readonly wide?: boolean } = {},
): Uint8Array {
  const { signature = true, wide = false } = form;
  const { crc32: checksum, compressedSize, size } = sharedFields({ name: "", ...entry });
  const sizes = [compressedSize, size].flatMap((each) => (wide ? [u32(each), u32(0)] : [u32(each)]));
  return bytesOf(signature ? u32(0x08074b50) : NOTHING, u32(checksum), ...sizes);
}

/** `start` with four bytes behind it that give the whole this CRC. */
export function withCrc(start: Uint8Array, target: number): Uint8Array {
  const steps = Array.from({ length: 256 }, (_, byte) => {
    let step = byte;
    for (let bit = 0; bit < 8; bit++) step = (step >>> 1) ^ ((step & 1) === 1 ? 0xedb88320 : 0);
    return step >>> 0;
  });
  // Backwards from the wanted remainder: the top byte of a remainder tells by which step it came about.
  let wanted = ~target >>> 0;
  for (let at = 0; at < 4; at++) {
    const byte = steps.findIndex((step) => step >>> 24 === wanted >>> 24);
    wanted = (((wanted ^ (steps[byte] ?? 0)) << 8) | byte) >>> 0;
  }
  return bytesOf(start, u32(wanted ^ ~crc32(start)));
}

/** An extra field. */
export const extra = (id: number, data: Uint8Array): Uint8Array => bytesOf(u16(id), u16(data.length), data);

/** A zip64 field of 64-bit numbers. */
export const wideExtra = (...numbers: readonly (number | bigint)[]): Uint8Array => extra(0x0001, bytesOf(...numbers.map(u64)));

/** A Unicode path field. */
export const unicodePath = (name: string, of: string, version = 1): Uint8Array =>
  extra(0x7075, bytesOf(Uint8Array.of(version), u32(crc32(of)), text(name)));

/** The attributes of a Unix mode. */
export const unixMode = (mode: number, dos = 0): number => ((mode << 16) | dos) >>> 0;

export const text = (value: string): Uint8Array => new TextEncoder().encode(value);
export const u16 = (value: number): Uint8Array => Uint8Array.of(value, value >>> 8);
export const u32 = (value: number): Uint8Array => Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24);
export const bytesOf = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));
const NOTHING = new Uint8Array();

function u64(value: number | bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value), true);
  return bytes;
}

function sharedFields(entry: ForgedEntry): HeaderFields {
  const content = entry.content ?? NOTHING;
  const method = entry.method ?? 8;
  const name = typeof entry.name === "string" ? text(entry.name) : entry.name;
  return {
    signature: 0,
    versionNeeded: 20,
    flags: (name.some((byte) => byte >= 0x80) ? UTF8_FLAG : 0) | (entry.descriptor === undefined ? 0 : DESCRIPTOR_FLAG),
    method,
    time: 0,
    date: 33,
    crc32: crc32(content),
    compressedSize: compressedOf(entry).length,
    size: content.length,
    name,
    extra: NOTHING,
  };
}

function compressedOf({ content = NOTHING, method = 8, compressed }: Omit<ForgedEntry, "name">): Uint8Array {
  return compressed ?? (method === 8 ? deflateRawSync(content) : content);
}

function localEntry(entry: ForgedEntry): Uint8Array {
  const emptied = entry.descriptor === undefined ? {} : { crc32: 0, compressedSize: 0, size: 0 };
  const fields = { ...sharedFields(entry), signature: 0x04034b50, ...emptied, ...entry.local };
  return bytesOf(
    u32(fields.signature),
    header(fields),
    fields.name,
    fields.extra,
    compressedOf(entry),
    entry.descriptor ?? NOTHING,
  );
}

function centralRecord(entry: ForgedEntry, offset: number): Uint8Array {
  const shared = sharedFields(entry);
  const isFolder = shared.name.at(-1) === 0x2f;
  const fields: CentralFields = {
    ...shared,
    signature: 0x02014b50,
    madeBy: 0x0314,
    comment: NOTHING,
    disk: 0,
    attributes: isFolder ? unixMode(0o040755, 0x10) : unixMode(FILE_MODE),
    offset,
    ...entry.central,
  };
  return bytesOf(
    u32(fields.signature),
    u16(fields.madeBy),
    header(fields),
    u16(fields.comment.length),
    u16(fields.disk),
    u16(0),
    u32(fields.attributes),
    u32(fields.offset),
    fields.name,
    fields.extra,
    fields.comment,
  );
}

/** From the version needed to the length of the extra fields: the same in both headers. */
function header(fields: HeaderFields): Uint8Array {
  return bytesOf(
    u16(fields.versionNeeded),
    u16(fields.flags),
    u16(fields.method),
    u16(fields.time),
    u16(fields.date),
    u32(fields.crc32),
    u32(fields.compressedSize),
    u32(fields.size),
    u16(fields.name.length),
    u16(fields.extra.length),
  );
}

type Directory = Pick<EndFields, "entries" | "size" | "offset">;

function endRecord(directory: Directory, comment: Uint8Array, overrides: Partial<EndFields>): Uint8Array {
  const fields = {
    signature: 0x06054b50,
    disk: 0,
    directoryDisk: 0,
    entriesHere: overrides.entries ?? directory.entries,
    ...directory,
    commentLength: comment.length,
    ...overrides,
  };
  return bytesOf(
    u32(fields.signature),
    u16(fields.disk),
    u16(fields.directoryDisk),
    u16(fields.entriesHere),
    u16(fields.entries),
    u32(fields.size),
    u32(fields.offset),
    u16(fields.commentLength),
    comment,
  );
}

function wideEnd(directory: Directory, at: number, overrides: Partial<WideEndFields>): Uint8Array {
  const fields = {
    signature: 0x06064b50,
    rest: 44 + (overrides.extensible?.length ?? 0),
    versionNeeded: 45,
    disk: 0,
    directoryDisk: 0,
    entriesHere: overrides.entries ?? directory.entries,
    ...directory,
    extensible: NOTHING,
    beforeLocator: NOTHING,
    locatorSignature: 0x07064b50,
    locatorOffset: at,
    disks: 1,
    ...overrides,
  };
  return bytesOf(
    u32(fields.signature),
    u64(fields.rest),
    u16(45),
    u16(fields.versionNeeded),
    u32(fields.disk),
    u32(fields.directoryDisk),
    u64(fields.entriesHere),
    u64(fields.entries),
    u64(fields.size),
    u64(fields.offset),
    fields.extensible,
    fields.beforeLocator,
    u32(fields.locatorSignature),
    u32(fields.disk),
    u64(fields.locatorOffset),
    u32(fields.disks),
  );
}
