/** Makes an index of a feed, in the memory of what one record takes and a few numbers for each: twice over a spool file beside it. */
import type { KeyObject } from "node:crypto";
import { closeSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { rename } from "node:fs/promises";
import { setImmediate as nextTurn } from "node:timers/promises";
import { writeJson } from "palyra-skills/encoding";
import { keysOf, MAX_OSV_RECORD_BYTES, type OsvRecord, osvRecordJson, readOsvRecord } from "palyra-skills/supplychain";
import { asIo } from "../../files/index.ts";
import { type FeedFile, FeedProblem } from "./feed-file.ts";
import { blockCheck, blockLine, bucketOf, CHECK_BYTES, ENTRY_BYTES, type IndexFacts, indexHead } from "./index-file.ts";

/** Records of one feed; all that OSV has publishes less than half of it. */
const MAX_RECORDS = 2_000_000;
/** Names of refused records that are kept, and characters of each. */
const MAX_REFUSALS = 20;
const MAX_REFUSAL = 300;
/** Bytes that are gathered before they are written. */
const WRITE_BYTES = 4 * 1024 * 1024;
/** Records after which others on this thread have their turn. */
const BREATH = 500;

/**
 * Reads all of a feed and puts an index of it in place, atomically. Every record is in it, or counted among those that were refused.
 * Throws `FeedProblem` for what is no feed, `Io`, and what the signal was aborted with.
 */
export async function buildIndex(
  file: string,
  source: AsyncIterable<FeedFile>,
  ends: () => { readonly mark: string; readonly sha256: string },
  signal: AbortSignal,
  { now, key }: { readonly now: number; readonly key?: KeyObject | undefined },
): Promise<void> {
  const temporary = `${file}.${process.getBuiltinModule("node:crypto").randomBytes(6).toString("hex")}.tmp`;
  const spool = `${temporary}.spool`;
  try {
    const spooled = await spoolRecords(spool, source, now, signal);
    const { lines, ...counts } = spooled;
    const buckets = Math.max(1, 2 ** Math.ceil(Math.log2(Math.max(1, lines.keys.size))));
    await writeIndex(temporary, spool, lines, { ...ends(), ...counts, buckets }, signal, key);
    await rename(temporary, file);
  } catch (error) {
    throw error instanceof Error && "syscall" in error ? asIo("write", file, error) : error;
  } finally {
    for (const each of [temporary, spool]) rmSync(each, { force: true });
  }
}

/** Where each line lies in the spool, and which key it has. */
interface Lines {
  /** Of each key its number. */
  readonly keys: Map<string, number>;
  readonly keyOf: number[];
  readonly offsets: number[];
  readonly lengths: number[];
}

type Counts = Omit<IndexFacts, "mark" | "sha256" | "buckets">;

async function spoolRecords(
  spool: string,
  source: AsyncIterable<FeedFile>,
  now: number,
  signal: AbortSignal,
): Promise<Counts & { readonly lines: Lines }> {
  const lines: Lines = { keys: new Map(), keyOf: [], offsets: [], lengths: [] };
  const refusals: string[] = [];
  let [records, withdrawn, refused, passedOver, seen] = [0, 0, 0, 0, 0];
  let newest: number | undefined;
  const writer = new Appender(spool);
  try {
    for await (const { name, bytes, isOther = false } of source) {
      if (isOther) {
        if (++passedOver % BREATH === 0) await breathe(signal);
        continue;
      }
      if (++seen > MAX_RECORDS) throw new FeedProblem(`it has more than ${MAX_RECORDS} records`);
      if (seen % BREATH === 0) await breathe(signal);
      const read = bytes === undefined ? undefined : readOsvRecord(bytes);
      const parts = read?.ok === true ? linesOf(read.value) : undefined;
      if (read?.ok !== true || parts === undefined) {
        refused += 1;
        const [fault] = read?.ok === false ? read.faults : [];
        const why = fault === undefined ? "too large" : [fault.path, fault.problem].join(" ").trim();
        if (refusals.length < MAX_REFUSALS) refusals.push(`${name}: ${why}`.slice(0, MAX_REFUSAL));
        continue;
      }
      newest = later(newest, read.value.modified, now);
      if (read.value.withdrawn !== undefined) withdrawn += 1;
      else {
        records += 1;
        for (const [key, line] of parts) append(lines, writer, key, line);
      }
    }
  } finally {
    writer.close();
  }
  if (seen === 0) throw new FeedProblem("there is no record in it");
  return { records, withdrawn, refused, passedOver, refusals, ...(newest === undefined ? {} : { newest }), lines };
}

async function breathe(signal: AbortSignal): Promise<void> {
  await nextTurn();
  signal.throwIfAborted();
}

/** Milliseconds by which clocks differ, and time zones that somebody forgot. */
const MAX_AHEAD_MS = 24 * 60 * 60 * 1000;

/** Whether it is a time of the past, as far as clocks can say. */
export const isPast = (time: number, now: number): boolean => time <= now + MAX_AHEAD_MS;

/** One record from the future says nothing of how old a feed is; one of such records alone is as old as can be (T16). */
const later = (newest: number | undefined, modified: number, now: number): number =>
  Math.max(newest ?? 0, isPast(modified, now) ? modified : 0);

/** Bytes of all lines of one record: what it says of itself stands in each. */
const MAX_LINES_BYTES = 4 * MAX_OSV_RECORD_BYTES;

/** Of a record what is about each of its packages. Undefined: it is about so many that it would fill the disk. */
function linesOf(record: OsvRecord): readonly (readonly [key: string, line: Buffer])[] | undefined {
  const parts = new Map<string, OsvRecord["affected"][number][]>();
  for (const affected of record.affected)
    for (const key of keysOf(affected)) {
      const known = parts.get(key);
      if (known === undefined) parts.set(key, [affected]);
      else known.push(affected);
    }
  const lines: (readonly [string, Buffer])[] = [];
  let bytes = 0;
  for (const [key, affected] of parts) {
    const line = Buffer.from(blockLine(key, writeJson(osvRecordJson({ ...record, affected }))));
    bytes += line.length;
    if (bytes > MAX_LINES_BYTES) return undefined;
    lines.push([key, line]);
  }
  return lines;
}

function append({ keys, keyOf, offsets, lengths }: Lines, writer: Appender, key: string, line: Buffer): void {
  const number = keys.get(key) ?? keys.size;
  keys.set(key, number);
  keyOf.push(number);
  offsets.push(writer.at);
  lengths.push(line.length);
  writer.add(line);
}

async function writeIndex(
  file: string,
  spool: string,
  lines: Lines,
  facts: IndexFacts,
  signal: AbortSignal,
  key?: KeyObject,
): Promise<void> {
  const { bytes: head, digest } = indexHead(facts, key);
  const bucketOfKey = [...lines.keys.keys()].map((key) => bucketOf(key, facts.buckets));
  const order = byBucket(lines, bucketOfKey, facts.buckets);
  const directory = Buffer.alloc(facts.buckets * ENTRY_BYTES);
  const from = openSync(spool, "r");
  const writer = new Appender(file);
  try {
    writer.add(head);
    writer.add(directory); // Its place; what belongs there is known at the end.
    for (let bucket = 0; bucket < facts.buckets; bucket++) {
      if (bucket % BREATH === 0) await breathe(signal);
      const block = readLines(from, lines, order.get(bucket) ?? []);
      directory.writeUIntLE(writer.at, bucket * ENTRY_BYTES, 6);
      directory.writeUInt32LE(CHECK_BYTES + block.length, bucket * ENTRY_BYTES + 6);
      writer.add(blockCheck(digest, bucket, block, key));
      writer.add(block);
    }
    writer.replace(head.length, directory);
  } finally {
    closeSync(from);
    writer.close();
  }
}

function byBucket({ keyOf }: Lines, bucketOfKey: readonly number[], _buckets: number): ReadonlyMap<number, readonly number[]> {
  const order = new Map<number, number[]>();
  keyOf.forEach((key, line) => {
    const bucket = bucketOfKey[key] ?? 0;
    const there = order.get(bucket);
    if (there === undefined) order.set(bucket, [line]);
    else there.push(line);
  });
  return order;
}

function readLines(spool: number, { offsets, lengths }: Lines, wanted: readonly number[]): Buffer {
  const block = Buffer.alloc(wanted.reduce((sum, line) => sum + (lengths[line] ?? 0), 0));
  let at = 0;
  for (const line of wanted) at += readSync(spool, block, at, lengths[line] ?? 0, offsets[line] ?? 0);
  return block;
}

/** Writes a new file from its beginning, a few megabytes at a time. */
class Appender {
  /** Bytes so far. */
  at = 0;
  readonly #descriptor: number;
  #waiting: Uint8Array[] = [];
  #size = 0;

  constructor(file: string) {
    this.#descriptor = openSync(file, "wx", 0o600);
  }

  add(bytes: Uint8Array): void {
    this.#waiting.push(bytes);
    this.#size += bytes.length;
    this.at += bytes.length;
    if (this.#size >= WRITE_BYTES) this.#flush();
  }

  /** What is at a place already is another by now. */
  replace(at: number, bytes: Uint8Array): void {
    this.#flush();
    writeAll(this.#descriptor, bytes, at);
  }

  close(): void {
    try {
      this.#flush();
    } finally {
      closeSync(this.#descriptor);
    }
  }

  #flush(): void {
    writeAll(this.#descriptor, Buffer.concat(this.#waiting), this.at - this.#size);
    this.#waiting = [];
    this.#size = 0;
  }
}

function writeAll(descriptor: number, bytes: Uint8Array, at: number): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done, bytes.length - done, at + done);
}
