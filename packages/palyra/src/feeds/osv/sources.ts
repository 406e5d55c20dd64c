/** The records of a feed, one by one, from any of the forms in which OSV's are kept. */
import { closeSync, createReadStream, openSync, readSync, statSync } from "node:fs";
import { basename } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { MAX_OSV_RECORD_BYTES, readOsvRecord } from "palyra-skills/supplychain";
import { type FeedFile, FeedProblem, MAX_FEED_BYTES } from "./feed-file.ts";
import { listedRecords } from "./folder.ts";
import { zipRecords } from "./zip.ts";

export type FeedForm = "folder" | "zip" | "gzip" | "lines" | "record";

/** Reads all of a file, so far as to say that it is a whole feed with a record in it. Throws `FeedProblem`, the system's errors, and what the signal was aborted with. */
export async function requireFeed(file: string, signal: AbortSignal): Promise<void> {
  let [seen, isOne] = [0, false];
  for await (const { bytes } of recordsOf(file, formOf(file), () => {})) {
    if (++seen % BREATH === 0) await nextTurn();
    signal.throwIfAborted();
    isOne ||= bytes !== undefined && readOsvRecord(bytes).ok;
  }
  if (!isOne) throw new FeedProblem("there is no record in it");
}

/** Records after which others on this thread have their turn. */
const BREATH = 500;

/** What a file is, by its first bytes and, where they do not say, its name. */
export function formOf(file: string): FeedForm {
  const start = Buffer.alloc(4);
  const descriptor = openSync(file, "r");
  try {
    readSync(descriptor, start, 0, start.length, 0);
  } finally {
    closeSync(descriptor);
  }
  if (start.toString("latin1", 0, 2) === "PK") return "zip";
  if (start[0] === 0x1f && start[1] === 0x8b) return "gzip";
  return file.endsWith(".json") ? "record" : "lines";
}

/** Throws `FeedProblem` where it is not of its form, and the system's errors. */
export function recordsOf(file: string, form: FeedForm, hash: (part: string | Uint8Array) => void): AsyncIterable<FeedFile> {
  switch (form) {
    case "folder":
      return listedRecords(file, hash);
    case "zip":
      return zipRecords(file);
    case "gzip":
      return lines(unzipped(file), basename(file));
    case "lines":
      return lines(createReadStream(file), basename(file));
    case "record":
      return whole(createReadStream(file), basename(file));
  }
}

async function* unzipped(file: string): AsyncIterable<Uint8Array> {
  const source = createReadStream(file);
  const stream = source.pipe(process.getBuiltinModule("node:zlib").createGunzip());
  try {
    for await (const chunk of stream) yield asBytes(chunk);
  } catch (error) {
    throw isZlib(error) ? new FeedProblem("it is no whole gzip file") : error;
  } finally {
    source.destroy();
  }
  // Node takes a zero after a member for padding, and drops in silence what follows it (T16).
  if (stream.bytesWritten !== statSync(file).size)
    throw new FeedProblem("it is no whole gzip file: something else follows in it");
}

const isZlib = (error: unknown): boolean =>
  error instanceof Error && "code" in error && typeof error.code === "string" && error.code.startsWith("Z_");

function asBytes(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  throw new TypeError("a stream of no bytes");
}

const LINE_FEED = 0x0a;

/** A record a line; empty lines are none. */
async function* lines(chunks: AsyncIterable<unknown>, name: string): AsyncIterable<FeedFile> {
  const line = new Line();
  let [number, total] = [1, 0];
  for await (const each of chunks) {
    const chunk = asBytes(each);
    total += chunk.length;
    if (total > MAX_FEED_BYTES) throw new FeedProblem(`it has more than ${MAX_FEED_BYTES} bytes`);
    let from = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, from)) {
      line.add(chunk.subarray(from, end));
      yield* line.take(`${name}, line ${number}`);
      number += 1;
      from = end + 1;
    }
    line.add(chunk.subarray(from));
  }
  yield* line.take(`${name}, line ${number}`);
}

async function* whole(chunks: AsyncIterable<unknown>, name: string): AsyncIterable<FeedFile> {
  const text = new Line();
  for await (const chunk of chunks) text.add(asBytes(chunk));
  yield* text.take(name);
}

/** Gathers at most what a record may have. */
class Line {
  #parts: Uint8Array[] = [];
  #size = 0;

  add(part: Uint8Array): void {
    this.#size += part.length;
    if (this.#size <= MAX_OSV_RECORD_BYTES) this.#parts.push(part);
    else this.#parts = [];
  }

  *take(name: string): Iterable<FeedFile> {
    const bytes = Buffer.concat(this.#parts);
    const isTooLarge = this.#size > MAX_OSV_RECORD_BYTES;
    this.#parts = [];
    this.#size = 0;
    if (isTooLarge) yield { name };
    else if (bytes.toString("latin1").trim() !== "") yield { name, bytes };
  }
}
