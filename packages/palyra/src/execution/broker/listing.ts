/** A directory's names as `fd_readdir` gives them: one look at it, and cookies that are positions in that. */
import { fstatSync, lstatSync, opendirSync } from "node:fs";
import { ERRNO } from "palyra-sandbox/host-messages";
import { FileFault } from "./fault.ts";
import { fileType } from "./filestat.ts";
import { inside } from "./walk.ts";

const ENTRY_BYTES = 24;
/** Entries that are looked at in one go: some milliseconds. */
export const ENTRIES_A_TURN = 256;

/** The host's work of listing, which a directory's size decides and no buffer's (T40). */
export class Looks {
  readonly #most: number;
  #done = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Of one entry: whether it is somebody else's turn now. `dquot` beyond what a call may look at. */
  one(): boolean {
    if (this.#done >= this.#most) throw new FileFault(ERRNO.dquot);
    this.#done += 1;
    return this.#done % ENTRIES_A_TURN === 0;
  }
}

/** The names, `.` and `..` first. More than `most`: `overflow`. Pauses where others may have their turn. */
export function* namesOf(fd: number, most: number, looks: Looks): Generator<void, readonly string[]> {
  const names = [".", ".."];
  const directory = opendirSync(inside(fd, "."));
  try {
    for (let entry = directory.readSync(); entry !== null; entry = directory.readSync()) {
      if (names.length >= most) throw new FileFault(ERRNO.overflow);
      names.push(entry.name);
      if (looks.one()) yield;
    }
  } finally {
    directory.closeSync();
  }
  return names;
}

/** Entries from a position on, as many as fit and the last one cut, as preview 1 has it. Pauses as `namesOf` does. */
export function* packNames(
  fd: number,
  names: readonly string[],
  cookie: bigint,
  length: number,
  looks: Looks,
): Generator<void, Uint8Array> {
  const bytes = new Uint8Array(length);
  let used = 0;
  for (let at = cookie > BigInt(names.length) ? names.length : Number(cookie); at < names.length && used < length; at += 1) {
    if (looks.one()) yield;
    const entry = packEntry(fd, names[at] ?? "", BigInt(at + 1));
    if (entry === undefined) continue;
    const part = entry.subarray(0, length - used);
    bytes.set(part, used);
    used += part.byteLength;
  }
  return bytes.subarray(0, used);
}

/** Undefined: it is gone, or has a name that is no UTF-8. */
function packEntry(fd: number, name: string, next: bigint): Uint8Array | undefined {
  // What is above a root is nobody's business: `..` is told as the directory itself.
  const own = name === "." || name === "..";
  const stat = own ? fstatSync(fd, { bigint: true }) : lstatSync(inside(fd, name), { bigint: true, throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  const text = new TextEncoder().encode(name);
  const bytes = new Uint8Array(ENTRY_BYTES + text.byteLength);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, next, true);
  view.setBigUint64(8, stat.ino, true);
  view.setUint32(16, text.byteLength, true);
  view.setUint8(20, fileType(stat));
  bytes.set(text, ENTRY_BYTES);
  return bytes;
}
