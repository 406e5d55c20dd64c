/**
 * `audit.ndjson`: a projection of the events, one `{ event_kind, timestamp_unix_ms, payload, event_ulid }` a line (spec 5.3, 11.7).
 * A line waits in the journal until it is on the disk. What a kill leaves half done is done again: a torn last line is cut, and a
 * line that is there already is known by its `event_ulid`.
 */
import { constants } from "node:fs";
import { type FileHandle, link, open, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { faultPoint, ifThere, io, openOwn, syncFolder } from "../files/index.ts";
import type { Journal } from "./journal.ts";
import type { StoredEvent } from "./records.ts";

/** Lines that are appended and synced together. */
const BATCH_LINES = 500;
/** Bytes at the end of the file in which lines of an interrupted batch are looked for, beside the batch's own length. */
const LOOK_BACK_BYTES = 1024 * 1024;
const CHUNK_BYTES = 64 * 1024;
const NEW_LINE = 10;

/**
 * Appends the lines that wait for this file; returns how many. Under the root lock: two at once would write lines twice. A folder
 * that is not there is not made: its lines go on waiting. `Io`.
 */
export async function projectOutbox(journal: Journal, auditFile: string): Promise<number> {
  for (let projected = 0; ; ) {
    const waiting = await journal.waiting(auditFile, BATCH_LINES);
    if (waiting.length === 0) return projected;
    const appended = await ifThere(() => io("write", auditFile, () => appendLines(auditFile, waiting)));
    if (appended === undefined) return projected;
    faultPoint("outbox.appended");
    await journal.settle(
      auditFile,
      waiting.map((event) => event.seq),
    );
    projected += waiting.length;
  }
}

/**
 * Writes a file that is missing anew, with a line for each event of the journal; returns how many. Under the root lock. A journal that serves
 * several folders does not say which event was whose: all are written. `Io`: it is there.
 */
export async function rebuildAuditFile(journal: Journal, auditFile: string): Promise<number> {
  const temporary = `${auditFile}.tmp`;
  let lines = 0;
  await io("write", auditFile, async () => {
    await rm(temporary, { force: true });
    const handle = await open(temporary, "wx", 0o600);
    try {
      for (let after = 0; ; ) {
        const events = await journal.events({ after, first: BATCH_LINES });
        await handle.appendFile(events.map(auditLine).join(""));
        lines += events.length;
        const last = events.at(-1)?.seq;
        if (last === undefined) break;
        after = last;
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
    // Never over one that is there: it may have what the journal has lost.
    await link(temporary, auditFile);
    await rm(temporary);
    await syncFolder(dirname(auditFile));
  });
  return lines;
}

/** The line of one event. The payload is the very text that is hashed. */
export function auditLine(event: StoredEvent): string {
  const kind = JSON.stringify(event.kind);
  const ulid = JSON.stringify(event.event_ulid);
  return `{"event_kind":${kind},"timestamp_unix_ms":${event.timestamp_unix_ms},"payload":${event.payload_json},"event_ulid":${ulid}}\n`;
}

async function appendLines(auditFile: string, events: readonly StoredEvent[]): Promise<number> {
  const handle = await openForUpdate(auditFile);
  try {
    const end = await cutTornLine(handle);
    const lines = events.map((event) => ({ ulid: event.event_ulid, text: auditLine(event) }));
    const length = lines.reduce((sum, line) => sum + Buffer.byteLength(line.text), 0);
    const known = await knownUlids(handle, end, length + LOOK_BACK_BYTES);
    const missing = lines.filter((line) => !known.has(line.ulid));
    await writeAt(handle, end, Buffer.from(missing.map((line) => line.text).join("")));
    await handle.sync();
    return missing.length;
  } finally {
    await handle.close();
  }
}

/** A plain file of our own: a link in its place would have our lines appended to anything (T25). */
function openForUpdate(auditFile: string): Promise<FileHandle> {
  return openOwn(auditFile, constants.O_RDWR | constants.O_CREAT);
}

/** Whole or not at all, as far as the disk lets us. */
async function writeAt(handle: FileHandle, end: number, bytes: Uint8Array): Promise<void> {
  try {
    for (let done = 0; done < bytes.byteLength; ) {
      const { bytesWritten } = await handle.write(bytes, done, bytes.byteLength - done, end + done);
      done += bytesWritten;
    }
  } catch (error) {
    await handle.truncate(end).catch(() => {});
    throw error;
  }
}

/** Cuts what stands after the last line feed, and returns where the file then ends. */
async function cutTornLine(handle: FileHandle): Promise<number> {
  const { size } = await handle.stat();
  for (let end = size; end > 0; ) {
    const start = Math.max(0, end - CHUNK_BYTES);
    const at = (await readAt(handle, start, end)).lastIndexOf(NEW_LINE);
    if (at !== -1) return cutAt(handle, start + at + 1, size);
    end = start;
  }
  return cutAt(handle, 0, size);
}

async function cutAt(handle: FileHandle, end: number, size: number): Promise<number> {
  if (end !== size) await handle.truncate(end);
  return end;
}

async function knownUlids(handle: FileHandle, end: number, length: number): Promise<ReadonlySet<string>> {
  const tail = await readAt(handle, Math.max(0, end - length), end);
  const ulids = new Set<string>();
  for (const [, ulid] of tail.toString("latin1").matchAll(/"event_ulid":"([^"]+)"\}\n/g)) if (ulid !== undefined) ulids.add(ulid);
  return ulids;
}

async function readAt(handle: FileHandle, start: number, end: number): Promise<Buffer> {
  const bytes = Buffer.alloc(end - start);
  for (let done = 0; done < bytes.byteLength; ) {
    const { bytesRead } = await handle.read(bytes, done, bytes.byteLength - done, start + done);
    if (bytesRead === 0) return bytes.subarray(0, done);
    done += bytesRead;
  }
  return bytes;
}
