import { deflateSync } from "fflate";
import { compareUtf8, encodeUtf8 } from "../encoding/index.ts";
import { SkillError } from "../errors.ts";
import { crc32 } from "../platform/index.ts";
import { CENTRAL_SIGNATURE, DEFLATED, UTF8_FLAG } from "./central.ts";
import { END_SIGNATURE } from "./end.ts";
import { MAX_ARCHIVE_BYTES, MAX_ENTRIES, MAX_ENTRY_BYTES, MAX_TOTAL_BYTES } from "./limits.ts";
import { LOCAL_SIGNATURE } from "./local.ts";
import { Names } from "./names.ts";
import { pathProblem } from "./path.ts";

/** A file for an archive. */
export interface FileToWrite {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** ZIP 2.0: what deflate needs. */
const VERSION_NEEDED = 20;
/** Made on Unix, by the rules of ZIP 2.0. */
const MADE_BY = (3 << 8) | VERSION_NEEDED;
/** 1980-01-01 00:00:00, the first that DOS knows. */
const DOS_TIME = 0;
const DOS_DATE = (1 << 5) | 1;
/** A regular file, 0644, in the upper half. */
const ATTRIBUTES = (0o100644 << 16) >>> 0;

const LOCAL_BYTES = 30;
const CENTRAL_BYTES = 46;
const END_BYTES = 22;

/**
 * Writes an archive (spec 1.7): in path order, all deflated by a deflater that is the same everywhere, one time, one
 * mode, nothing optional. The same files give the same bytes on every machine, and what is written can be read.
 * @throws SkillError `ArtifactTooManyEntries`, `InvalidArtifactPath`, `ArtifactEntryTooLarge`, `DuplicateArtifactEntry`,
 * `ArtifactTooLarge`
 */
export function writeArchive(files: readonly FileToWrite[]): Uint8Array<ArrayBuffer> {
  checkFiles(files);
  const entries = files.toSorted((a, b) => compareUtf8(a.path, b.path)).map(compress);
  const output = new Output(archiveSize(entries));
  const offsets = entries.map((entry) => writeLocal(output, entry));
  const directoryStart = output.position;
  for (const [index, entry] of entries.entries()) writeCentral(output, entry, offsets[index] ?? 0);
  writeEnd(output, entries.length, directoryStart);
  return output.bytes;
}

/** The limits of spec 1.2 and the names of 1.3 and 1.6, as the reader has them and in its order. */
function checkFiles(files: readonly FileToWrite[]): void {
  if (files.length > MAX_ENTRIES) {
    throw new SkillError("ArtifactTooManyEntries", { actual: files.length, limit: MAX_ENTRIES });
  }
  const names = new Names();
  let total = 0;
  for (const { path, bytes } of files) {
    const problem = pathProblem(path);
    if (problem !== undefined) throw new SkillError("InvalidArtifactPath", { path, problem });
    if (bytes.length > MAX_ENTRY_BYTES) {
      throw new SkillError("ArtifactEntryTooLarge", { path, actual: bytes.length, limit: MAX_ENTRY_BYTES });
    }
    total += bytes.length;
    names.add(path, true);
  }
  if (total > MAX_TOTAL_BYTES) throw new SkillError("ArtifactTooLarge", { actual: total, limit: MAX_TOTAL_BYTES });
}

interface CompressedFile {
  readonly name: Uint8Array;
  readonly compressed: Uint8Array;
  readonly size: number;
  readonly crc32: number;
}

function compress({ path, bytes }: FileToWrite): CompressedFile {
  return { name: encodeUtf8(path), compressed: deflateSync(bytes), size: bytes.length, crc32: crc32(bytes) };
}

function archiveSize(entries: readonly CompressedFile[]): number {
  const sizes = entries.map(({ name, compressed }) => LOCAL_BYTES + CENTRAL_BYTES + 2 * name.length + compressed.length);
  const size = sizes.reduce((sum, each) => sum + each, END_BYTES);
  if (size > MAX_ARCHIVE_BYTES) throw new SkillError("ArtifactTooLarge", { actual: size, limit: MAX_ARCHIVE_BYTES });
  return size;
}

/** @returns where the entry begins */
function writeLocal(output: Output, entry: CompressedFile): number {
  const offset = output.position;
  output.u32(LOCAL_SIGNATURE);
  writeShared(output, entry);
  output.append(entry.name);
  output.append(entry.compressed);
  return offset;
}

function writeCentral(output: Output, entry: CompressedFile, localOffset: number): void {
  output.u32(CENTRAL_SIGNATURE);
  output.u16(MADE_BY);
  writeShared(output, entry);
  output.u16(0); // comment
  output.u16(0); // disk
  output.u16(0); // internal attributes
  output.u32(ATTRIBUTES);
  output.u32(localOffset);
  output.append(entry.name);
}

/** What both headers of an entry say, in one order: from the version needed to the length of the extra fields. */
function writeShared(output: Output, { name, compressed, size, crc32 }: CompressedFile): void {
  output.u16(VERSION_NEEDED);
  output.u16(name.some((byte) => byte >= 0x80) ? UTF8_FLAG : 0);
  output.u16(DEFLATED);
  output.u16(DOS_TIME);
  output.u16(DOS_DATE);
  output.u32(crc32);
  output.u32(compressed.length);
  output.u32(size);
  output.u16(name.length);
  output.u16(0);
}

function writeEnd(output: Output, count: number, directoryStart: number): void {
  const directorySize = output.position - directoryStart;
  output.u32(END_SIGNATURE);
  output.u16(0); // this disk
  output.u16(0); // the directory's disk
  output.u16(count); // entries on this disk
  output.u16(count);
  output.u32(directorySize);
  output.u32(directoryStart);
  output.u16(0); // comment
}

/** Little-endian numbers and bytes, one after another, into a buffer of the right size. */
class Output {
  position = 0;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;

  constructor(size: number) {
    this.bytes = new Uint8Array(size);
    this.#view = new DataView(this.bytes.buffer);
  }

  u16(value: number): void {
    this.#view.setUint16(this.position, value, true);
    this.position += 2;
  }

  u32(value: number): void {
    this.#view.setUint32(this.position, value, true);
    this.position += 4;
  }

  append(bytes: Uint8Array): void {
    this.bytes.set(bytes, this.position);
    this.position += bytes.length;
  }
}
