/** The entries of a zip, as yauzl finds them. Built by itself: yauzl is CommonJS, and what makes modules of that would go with every command. */
import { type Entry, openPromise, type ZipFile } from "yauzl";

export interface ZipEntry {
  readonly name: string;
  /** 0: stored, 8: deflated. */
  readonly method: number;
  readonly isEncrypted: boolean;
  /** Bytes in the file, and once they are inflated. */
  readonly packed: number;
  readonly size: number;
  readonly crc32: number;
  /** Where its bytes begin in the file. */
  readonly start: () => Promise<number>;
}

/** Throws yauzl's errors, and the system's. */
export async function* zipEntries(file: string): AsyncIterable<ZipEntry> {
  const zip = await openPromise(file, { lazyEntries: true });
  for await (const entry of zip.eachEntry()) {
    yield {
      name: entry.fileName,
      method: entry.compressionMethod,
      isEncrypted: entry.isEncrypted(),
      packed: entry.compressedSize,
      size: entry.uncompressedSize,
      crc32: entry.crc32,
      start: () => dataStart(zip, entry),
    };
  }
}

function dataStart(zip: ZipFile, entry: Entry): Promise<number> {
  return new Promise((resolve, reject) => {
    zip.readLocalFileHeader(entry, { minimal: true }, (error, header) => {
      if (header === undefined) reject(error ?? new Error("no local header"));
      else resolve(header.fileDataStart);
    });
  });
}
