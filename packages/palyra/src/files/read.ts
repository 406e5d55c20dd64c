import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { PalyraError } from "../errors.ts";
import { ifThere, io } from "./io.ts";

/** What a file holds; `undefined` bytes where it holds more than the limit. */
export type BoundedRead =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false /** At least this many bytes. */; readonly size: number };

/** Reads at most `limit` bytes of a file, whatever its size says: a pipe or a device has none. `Io` if it cannot be read. */
export async function readBounded(file: string, limit: number): Promise<BoundedRead> {
  return io("read", file, async () => {
    const handle = await open(file, "r");
    try {
      return await readHandle(handle, limit);
    } finally {
      await handle.close();
    }
  });
}

/** The same, where more than the limit is an error too. `Io`. */
export async function readWhole(file: string, limit: number): Promise<Uint8Array> {
  const read = await readBounded(file, limit);
  if (!read.ok) throw new PalyraError("Io", { action: "read", file, code: "EFBIG", limit });
  return read.bytes;
}

/** The same piece by piece, for what is not to be held. `Io`, where it is more than the limit, too. */
export async function* readPieces(file: string, limit: number): AsyncGenerator<Uint8Array> {
  const handle = await io("read", file, () => open(file, "r"));
  try {
    for (let total = 0; ; ) {
      const chunk = new Uint8Array(CHUNK_BYTES);
      const { bytesRead } = await io("read", file, () => handle.read(chunk, 0, CHUNK_BYTES, null));
      if (bytesRead === 0) return;
      total += bytesRead;
      if (total > limit) throw new PalyraError("Io", { action: "read", file, code: "EFBIG", limit });
      yield chunk.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

/** The same of what is open, from its beginning. Throws the system's error. */
export async function readHandle(handle: FileHandle, limit: number): Promise<BoundedRead> {
  const stat = await handle.stat();
  const size = stat.isFile() ? stat.size : 0;
  if (size > limit) return { ok: false, size };
  const chunks: Uint8Array[] = [];
  let total = 0;
  for (let room = size + 1; ; room = Math.min(CHUNK_BYTES, limit + 1 - total)) {
    const chunk = new Uint8Array(room);
    const { bytesRead } = await handle.read(chunk, 0, room, null);
    if (bytesRead === 0) return { ok: true, bytes: joined(chunks, total) };
    chunks.push(chunk.subarray(0, bytesRead));
    total += bytesRead;
    if (total > limit) return { ok: false, size: total };
  }
}

/**
 * The same of a file in a folder that we manage; undefined where there is none. A pipe there would be waited for, and a device has no
 * end: `Io` for whatever is no regular file (T25).
 */
export function readRegular(file: string, limit: number): Promise<BoundedRead | undefined> {
  return ifThere(() => readStanding(file, limit));
}

/** The same of a file that an operator named, and that each launch may read again: `Io` where there is none, too. */
export function readStanding(file: string, limit: number): Promise<BoundedRead> {
  return io("read", file, async () => {
    const handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      if (!(await handle.stat()).isFile()) throw new PalyraError("Io", { action: "read", file, code: NOT_REGULAR });
      return await readHandle(handle, limit);
    } finally {
      await handle.close();
    }
  });
}

const NOT_REGULAR = "it is no regular file";

/** The same as `readBounded`, where a missing file is no error. */
export function readIfThere(file: string, limit: number): Promise<BoundedRead | undefined> {
  return ifThere(() => readBounded(file, limit));
}

/** Read at a time once the size that the file claims is through. */
const CHUNK_BYTES = 64 * 1024;

function joined(chunks: readonly Uint8Array[], total: number): Uint8Array {
  const [only] = chunks;
  if (chunks.length === 1 && only !== undefined) return only;
  const bytes = new Uint8Array(total);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}
