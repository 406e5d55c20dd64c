/** A zip of records as OSV publishes it (`all.zip`). yauzl finds the entries; they are inflated here, each within its bounds and checked. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { MAX_OSV_RECORD_BYTES } from "palyra-skills/supplychain";
import { type FeedFile, FeedProblem, isRecordName, MAX_FEED_BYTES } from "./feed-file.ts";
import type { ZipEntry } from "./zip-entries.ts";

const STORED = 0;
const DEFLATED = 8;

export async function* zipRecords(file: string): AsyncIterable<FeedFile> {
  const { zipEntries } = await import("./zip-entries.ts");
  const descriptor = openSync(file, "r");
  const entries = zipEntries(file)[Symbol.asyncIterator]();
  const there = fstatSync(descriptor).size;
  let [packed, size] = [0, 0];
  try {
    for (;;) {
      const next = await understood(() => entries.next());
      if (next.done === true) return;
      const entry = next.value;
      // Bytes that several entries share, as in a bomb, would be read again for each.
      packed += entry.packed;
      size += entry.size;
      if (packed > there) throw new FeedProblem("its entries lie over each other");
      if (size > MAX_FEED_BYTES) throw new FeedProblem(`it has more than ${MAX_FEED_BYTES} bytes`);
      if (isRecordName(entry.name)) yield await understood(() => recordOf(entry, descriptor));
      else if (!entry.name.endsWith("/")) yield { name: entry.name, isOther: true };
    }
  } finally {
    closeSync(descriptor);
    await entries.return?.();
  }
}

/** What yauzl and zlib refuse is no zip as it should be; what the system refuses is. */
async function understood<Value>(work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof FeedProblem || (error instanceof Error && "syscall" in error)) throw error;
    throw new FeedProblem("it is no whole zip file", { cause: error });
  }
}

async function recordOf(entry: ZipEntry, descriptor: number): Promise<FeedFile> {
  const { name, method, packed, size } = entry;
  if (Math.max(packed, size) > MAX_OSV_RECORD_BYTES) return { name };
  if (entry.isEncrypted || ![STORED, DEFLATED].includes(method))
    throw new FeedProblem("its entries are encrypted, or compressed in a way that is not read here");
  const stored = Buffer.alloc(packed);
  if (readSync(descriptor, stored, 0, packed, await entry.start()) !== packed) throw new FeedProblem("it is no whole zip file");
  const zlib = process.getBuiltinModule("node:zlib");
  const bytes = method === STORED ? stored : zlib.inflateRawSync(stored, { maxOutputLength: size + 1 });
  if (bytes.length !== size || zlib.crc32(bytes) !== entry.crc32)
    throw new FeedProblem("it is damaged: an entry is not what its directory says");
  return { name, bytes };
}
