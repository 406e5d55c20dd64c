/** `fd_*`: what works on what is open. */
import { encodeUtf8 } from "palyra-skills/encoding";
import { MAX_CALL_BYTES, TIMES } from "../host-messages.ts";
import type { Descriptor, Descriptors, FileDescriptor } from "./descriptors.ts";
import { fault } from "./errno.ts";
import type { Memory } from "./memory.ts";
import { RIGHT } from "./rights.ts";

export const FILESTAT_BYTES = 64;
export const FILE_TYPE = { unknown: 0, directory: 3, file: 4 } as const;
const FDFLAG = { append: 1, dsync: 2, sync: 16, all: 31 } as const;
const WHENCE = { set: 0, current: 1, end: 2 } as const;
const MAX_ADVICE = 5;
const MAX_OFFSET = (1n << 63n) - 1n;

/** Signed as modules give it: a place in a file is never negative. */
function place(offset: bigint): bigint {
  if (offset < 0n) throw fault("inval");
  return offset;
}

export function requireTimes(flags: number): void {
  const both = (now: number, given: number): boolean => (flags & now) !== 0 && (flags & given) !== 0;
  const { accessed, accessedNow, modified, modifiedNow } = TIMES;
  if (flags >>> 0 > 15 || both(accessedNow, accessed) || both(modifiedNow, modified)) throw fault("inval");
}

export function requireFdFlags(flags: number): void {
  if (flags >>> 0 > FDFLAG.all) throw fault("inval");
}

export function fileFunctions(memory: Memory, descriptors: Descriptors) {
  const { read, write, sizeOf } = transfers(memory, descriptors);
  return {
    fd_read(fd: number, vectors: number, count: number, done: number): void {
      memory.range(done, 4);
      const found = descriptors.get(fd);
      if (found.kind === "directory") throw fault("isdir");
      if (found.kind === "output" || (found.base & RIGHT.fdRead) === 0n) throw fault("notcapable");
      const into = memory.vectors(vectors, count);
      if (found.kind === "input") {
        const bytes = found.bytes.subarray(found.at, found.at + into.total);
        memory.scatter(into.vectors, bytes);
        found.at += bytes.byteLength;
        memory.setU32(done, bytes.byteLength);
      } else {
        const length = read(found, into, found.offset);
        found.offset += BigInt(length);
        memory.setU32(done, length);
      }
    },
    fd_pread(fd: number, vectors: number, count: number, offset: bigint, done: number): void {
      memory.range(done, 4);
      const found = descriptors.file(fd, RIGHT.fdRead | RIGHT.fdSeek);
      memory.setU32(done, read(found, memory.vectors(vectors, count), place(offset)));
    },
    fd_write(fd: number, vectors: number, count: number, done: number): void {
      memory.range(done, 4);
      const found = descriptors.get(fd);
      if (found.kind === "directory") throw fault("isdir");
      if (found.kind === "input" || (found.base & RIGHT.fdWrite) === 0n) throw fault("notcapable");
      const from = memory.vectors(vectors, count);
      if (found.kind === "output") {
        memory.charge(from.total);
        for (const { address, length } of from.vectors) found.sink.write(memory.range(address, length));
      } else {
        found.offset = write(found, memory.gather(from), found.offset, (found.flags & FDFLAG.append) !== 0);
      }
      memory.setU32(done, from.total);
    },
    fd_pwrite(fd: number, vectors: number, count: number, offset: bigint, done: number): void {
      memory.range(done, 4);
      const found = descriptors.file(fd, RIGHT.fdWrite | RIGHT.fdSeek);
      const from = memory.vectors(vectors, count);
      write(found, memory.gather(from), place(offset), false);
      memory.setU32(done, from.total);
    },
    fd_seek(fd: number, delta: bigint, whence: number, offset: number): void {
      memory.range(offset, 8);
      const from = whence >>> 0;
      // Where nothing moves, the right to be told where it is is enough.
      const tells = from === WHENCE.current && delta === 0n && (descriptors.get(fd).base & RIGHT.fdTell) !== 0n;
      const found = descriptors.file(fd, tells ? RIGHT.fdTell : RIGHT.fdSeek);
      if (from > WHENCE.end) throw fault("inval");
      const start = from === WHENCE.set ? 0n : from === WHENCE.current ? found.offset : sizeOf(found);
      const to = start + delta;
      if (to < 0n) throw fault("inval");
      if (to > MAX_OFFSET) throw fault("overflow");
      found.offset = to;
      memory.setU64(offset, to);
    },
    fd_tell(fd: number, offset: number): void {
      memory.setU64(offset, descriptors.file(fd, RIGHT.fdTell).offset);
    },
    fd_close(fd: number): void {
      descriptors.close(fd);
    },
    fd_renumber(from: number, to: number): void {
      descriptors.renumber(from, to);
    },
    fd_sync(fd: number): void {
      sync(fd, RIGHT.fdSync);
    },
    fd_datasync(fd: number): void {
      sync(fd, RIGHT.fdDatasync);
    },
    fd_advise(fd: number, offset: bigint, length: bigint, advice: number): void {
      descriptors.file(fd, RIGHT.fdAdvise);
      if (advice >>> 0 > MAX_ADVICE || offset < 0n || length < 0n) throw fault("inval");
    },
    fd_allocate(fd: number, offset: bigint, length: bigint): void {
      const { handle } = descriptors.file(fd, RIGHT.fdAllocate);
      if (offset < 0n || length <= 0n) throw fault("inval");
      if (offset + length > MAX_OFFSET) throw fault("fbig");
      descriptors.ask({ op: "allocate", handle, offset, length });
    },
    fd_fdstat_get(fd: number, stat: number): void {
      const found = descriptors.get(fd);
      const view = memory.view(stat, 24);
      view.setBigUint64(0, 0n, true);
      view.setUint8(0, typeOf(found));
      view.setUint16(2, found.flags, true);
      view.setBigUint64(8, found.base, true);
      view.setBigUint64(16, found.inheriting, true);
    },
    fd_fdstat_set_flags(fd: number, flags: number): void {
      const found = descriptors.get(fd);
      if (found.kind === "directory") throw fault("isdir");
      if ((found.base & RIGHT.fdFdstatSetFlags) === 0n) throw fault("notcapable");
      requireFdFlags(flags);
      found.flags = flags;
    },
    // Rights are given up; none is gained.
    fd_fdstat_set_rights(fd: number, base: bigint, inheriting: bigint): void {
      const found = descriptors.get(fd);
      const [nextBase, nextInheriting] = [BigInt.asUintN(64, base), BigInt.asUintN(64, inheriting)];
      if ((nextBase & ~found.base) !== 0n || (nextInheriting & ~found.inheriting) !== 0n) throw fault("notcapable");
      found.base = nextBase;
      found.inheriting = nextInheriting;
    },
    fd_filestat_get(fd: number, stat: number): void {
      memory.range(stat, FILESTAT_BYTES);
      const found = descriptors.get(fd, RIGHT.fdFilestatGet);
      if (found.kind !== "file" && found.kind !== "directory") {
        memory.range(stat, FILESTAT_BYTES).fill(0);
        return;
      }
      const { bytes } = descriptors.ask({ op: "stat", handle: found.handle });
      memory.range(stat, FILESTAT_BYTES).set(bytes.subarray(0, FILESTAT_BYTES));
    },
    fd_filestat_set_size(fd: number, size: bigint): void {
      const { handle } = descriptors.file(fd, RIGHT.fdFilestatSetSize);
      if (size < 0n) throw fault("inval");
      descriptors.ask({ op: "set_size", handle, size });
    },
    fd_filestat_set_times(fd: number, accessed: bigint, modified: bigint, flags: number): void {
      requireTimes(flags);
      const found = descriptors.get(fd, RIGHT.fdFilestatSetTimes);
      if (found.kind !== "file" && found.kind !== "directory") throw fault("notcapable");
      const [accessedNs, modifiedNs] = [BigInt.asUintN(64, accessed), BigInt.asUintN(64, modified)];
      descriptors.ask({ op: "set_times", handle: found.handle, accessed: accessedNs, modified: modifiedNs, flags });
    },
    fd_prestat_get(fd: number, prestat: number): void {
      const found = descriptors.get(fd);
      if (found.kind !== "directory" || found.preopened === undefined) throw fault("badf");
      const view = memory.view(prestat, 8);
      view.setBigUint64(0, 0n, true);
      view.setUint32(4, encodeUtf8(found.preopened).byteLength, true);
    },
    fd_prestat_dir_name(fd: number, path: number, length: number): void {
      const found = descriptors.get(fd);
      if (found.kind !== "directory" || found.preopened === undefined) throw fault("badf");
      const name = encodeUtf8(found.preopened);
      if (length >>> 0 < name.byteLength) throw fault("nametoolong");
      memory.range(path, name.byteLength).set(name);
    },
    fd_readdir(fd: number, buffer: number, length: number, cookie: bigint, used: number): void {
      memory.range(used, 4);
      const { handle } = descriptors.directory(fd, RIGHT.fdReaddir);
      const into = memory.range(buffer, length);
      const most = Math.min(into.byteLength, MAX_CALL_BYTES);
      const { bytes } = descriptors.ask({ op: "list", directory: handle, cookie: BigInt.asUintN(64, cookie), length: most });
      const given = bytes.subarray(0, most);
      // A buffer that is not full says that there is no more.
      if (given.byteLength === most && most < into.byteLength) throw fault("inval");
      memory.charge(given.byteLength);
      memory.range(buffer, given.byteLength).set(given);
      memory.setU32(used, given.byteLength);
    },
  };

  function sync(fd: number, right: bigint): void {
    const found = descriptors.get(fd);
    if (found.kind === "directory") return;
    if (found.kind !== "file") throw fault("inval");
    if ((found.base & right) === 0n) throw fault("notcapable");
    descriptors.ask({ op: "sync", handle: found.handle });
  }
}

function transfers(memory: Memory, descriptors: Descriptors) {
  return {
    read({ handle }: FileDescriptor, into: ReturnType<Memory["vectors"]>, offset: bigint): number {
      const { bytes } = descriptors.ask({ op: "read", handle, offset, length: into.total });
      const given = bytes.subarray(0, into.total);
      memory.scatter(into.vectors, given);
      return given.byteLength;
    },
    /** Where the next write goes. */
    write({ handle, flags }: FileDescriptor, bytes: Uint8Array, offset: bigint, append: boolean): bigint {
      const { value } = descriptors.ask({ op: "write", handle, offset, append: append ? 1 : 0, bytes });
      if ((flags & (FDFLAG.sync | FDFLAG.dsync)) !== 0) descriptors.ask({ op: "sync", handle });
      return value;
    },
    sizeOf({ handle }: FileDescriptor): bigint {
      const { bytes } = descriptors.ask({ op: "stat", handle });
      return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(32, true);
    },
  };
}

// Pipes have no type of their own in preview 1; a character device would be taken for a terminal.
function typeOf({ kind }: Descriptor): number {
  return kind === "directory" ? FILE_TYPE.directory : kind === "file" ? FILE_TYPE.file : FILE_TYPE.unknown;
}
