/** What is in an open file, and what is said of it: reading, writing, its size, its times (spec 10.4). */
import { constants, fstatSync, ftruncateSync, openSync, readSync, utimesSync, writeSync } from "node:fs";
import { ERRNO, type HostReply, MAX_CALL_BYTES, reply, TIMES } from "palyra-sandbox/host-messages";
import type { Budget } from "./budget.ts";
import { FileFault } from "./fault.ts";
import { packStat, SetTimes } from "./filestat.ts";
import type { Handle } from "./handles.ts";
import { byDescriptor } from "./walk.ts";

const NS_PER_S = 1e9;
/** Room for what a file has grown by since it was asked for its size. */
const LEAST_ROOM = 4096;

const sizeOf = (fd: number): bigint => fstatSync(fd, { bigint: true }).size;

/** No more room than there are bytes: a child may ask for a mebibyte at the end of every file (T40). */
export function readAt({ fd, read }: Handle, offset: bigint, length: number): HostReply {
  if (!read) throw new FileFault(ERRNO.notcapable);
  if (offset > BigInt(Number.MAX_SAFE_INTEGER)) return reply(ERRNO.success);
  const room = Math.max(Number(sizeOf(fd) - offset), LEAST_ROOM);
  const bytes = new Uint8Array(Math.min(length, MAX_CALL_BYTES, room));
  const count = bytes.byteLength === 0 ? 0 : readSync(fd, bytes, 0, bytes.byteLength, Number(offset));
  return reply(ERRNO.success, BigInt(count), bytes.subarray(0, count));
}

/** The reply's value is where the next write goes. */
export function writeAt(handle: Handle, offset: bigint, append: boolean, bytes: Uint8Array, budget: Budget): HostReply {
  if (!handle.write) throw new FileFault(ERRNO.notcapable);
  // Nothing is written, wherever it is: no file grows by that.
  if (bytes.byteLength === 0) return reply(ERRNO.success, offset);
  const size = sizeOf(handle.fd);
  const start = append ? size : offset;
  budget.requireSize(start + BigInt(bytes.byteLength));
  // Sparse growth counts as written: it can be filled later.
  budget.spend(bytes.byteLength + (start > size ? Number(start - size) : 0), handle.fd);
  if (append) {
    handle.appending ??= openSync(byDescriptor(handle.fd), constants.O_WRONLY | constants.O_APPEND);
    writeAll(handle.appending, bytes, null);
    return reply(ERRNO.success, sizeOf(handle.fd));
  }
  writeAll(handle.fd, bytes, Number(start));
  return reply(ERRNO.success, start + BigInt(bytes.byteLength));
}

function writeAll(fd: number, bytes: Uint8Array, start: number | null): void {
  for (let at = 0; at < bytes.byteLength; )
    at += writeSync(fd, bytes, at, bytes.byteLength - at, start === null ? null : start + at);
}

/** @param exactly smaller too */
export function resize({ fd, write }: Handle, size: bigint, exactly: boolean, budget: Budget): HostReply {
  if (!write) throw new FileFault(ERRNO.inval);
  budget.requireSize(size);
  const more = size - sizeOf(fd);
  if (more > 0n) budget.spend(Number(more), fd);
  if (more > 0n || exactly) ftruncateSync(fd, Number(size));
  return reply(ERRNO.success);
}

/** Of files and directories, open or as places. */
export class Status {
  readonly #times = new SetTimes();
  readonly #now: () => number;

  /** @param now milliseconds since 1970 */
  constructor(now: () => number) {
    this.#now = now;
  }

  of(fd: number): HostReply {
    const stat = fstatSync(fd, { bigint: true });
    return reply(ERRNO.success, 0n, packStat(stat, this.#times.of(stat)));
  }

  /** `perm` of a file that has another name, which may be anywhere. @param shared it had one */
  setTimes(
    fd: number,
    { accessed, modified, flags }: { accessed: bigint; modified: bigint; flags: number },
    shared = false,
  ): HostReply {
    const stat = fstatSync(fd, { bigint: true });
    if (shared || (stat.isFile() && stat.nlink > 1n)) throw new FileFault(ERRNO.perm);
    // Setting them to what they are would cut them to microseconds.
    if (flags === 0) return reply(ERRNO.success);
    const had = this.#times.of(stat);
    const now = BigInt(this.#now()) * 1_000_000n;
    const asked = {
      accessed: flags & TIMES.accessedNow ? now : flags & TIMES.accessed ? accessed : had.accessed,
      modified: flags & TIMES.modifiedNow ? now : flags & TIMES.modified ? modified : had.modified,
    };
    utimesSync(byDescriptor(fd), Number(asked.accessed) / NS_PER_S, Number(asked.modified) / NS_PER_S);
    this.#times.remember(fstatSync(fd, { bigint: true }), asked);
    return reply(ERRNO.success);
  }
}
