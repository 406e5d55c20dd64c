/** `path_*`: the parent resolves every path; here its right and its form are looked at. */
import { OPEN } from "../host-messages.ts";
import type { Descriptors } from "./descriptors.ts";
import { fault } from "./errno.ts";
import { FILE_TYPE, FILESTAT_BYTES, requireFdFlags, requireTimes } from "./files.ts";
import type { Memory } from "./memory.ts";
import { fileRights, isDirectoryRight, RIGHT } from "./rights.ts";

const OFLAG = { create: 1, directory: 2, exclusive: 4, truncate: 8, all: 15 } as const;
/** The one flag of a look-up: follow a link at the end. None is followed (T43), so it changes nothing. */
const LOOKUP_ALL = 1;
/** Where a filestat has its type. */
const TYPE_AT = 16;

function requireLookup(flags: number): void {
  if (flags >>> 0 > LOOKUP_ALL) throw fault("inval");
}

export function pathFunctions(memory: Memory, descriptors: Descriptors) {
  return {
    path_open(
      fd: number,
      lookup: number,
      path: number,
      length: number,
      oflags: number,
      base: bigint,
      inheriting: bigint,
      fdflags: number,
      opened: number,
    ): void {
      memory.range(opened, 4);
      requireLookup(lookup);
      requireFdFlags(fdflags);
      if (oflags >>> 0 > OFLAG.all) throw fault("inval");
      const [creates, truncates] = [(oflags & OFLAG.create) !== 0, (oflags & OFLAG.truncate) !== 0];
      const onlyDirectory = (oflags & OFLAG.directory) !== 0;
      if (creates && onlyDirectory) throw fault("inval");
      const needs = RIGHT.pathOpen | (creates ? RIGHT.pathCreateFile : 0n) | (truncates ? RIGHT.pathFilestatSetSize : 0n);
      const from = descriptors.directory(fd, needs);
      const text = memory.path(path, length);
      const reads = (base & RIGHT.fdRead) !== 0n;
      const writes = (base & RIGHT.fdWrite) !== 0n;
      if (writes) descriptors.requireRights(from, from.inheriting, RIGHT.fdWrite);
      descriptors.requireFree();
      const flags = (oflags & OFLAG.all) | (reads ? OPEN.read : 0) | (writes ? OPEN.write : 0);
      const { value, bytes } = descriptors.ask({ op: "open", directory: from.handle, path: text, flags });
      const handle = Number(value);
      const had = from.inheriting;
      const isDirectory = bytes[TYPE_AT] === FILE_TYPE.directory;
      const added = isDirectory
        ? descriptors.add({
            kind: "directory",
            handle,
            root: from.root,
            base: isDirectoryRight(had),
            inheriting: had,
            flags: fdflags,
          })
        : descriptors.add({
            kind: "file",
            handle,
            offset: 0n,
            base: fileRights(BigInt.asUintN(64, base), had),
            inheriting: BigInt.asUintN(64, inheriting) & had,
            flags: fdflags,
          });
      memory.setU32(opened, added);
    },
    path_filestat_get(fd: number, lookup: number, path: number, length: number, stat: number): void {
      memory.range(stat, FILESTAT_BYTES);
      requireLookup(lookup);
      const { handle } = descriptors.directory(fd, RIGHT.pathFilestatGet);
      const { bytes } = descriptors.ask({ op: "path_stat", directory: handle, path: memory.path(path, length) });
      memory.range(stat, FILESTAT_BYTES).set(bytes.subarray(0, FILESTAT_BYTES));
    },
    path_filestat_set_times(
      fd: number,
      lookup: number,
      path: number,
      length: number,
      accessed: bigint,
      modified: bigint,
      flags: number,
    ): void {
      requireLookup(lookup);
      requireTimes(flags);
      const { handle: directory } = descriptors.directory(fd, RIGHT.pathFilestatSetTimes);
      const text = memory.path(path, length);
      const [accessedNs, modifiedNs] = [BigInt.asUintN(64, accessed), BigInt.asUintN(64, modified)];
      descriptors.ask({ op: "path_set_times", directory, path: text, accessed: accessedNs, modified: modifiedNs, flags });
    },
    path_create_directory(fd: number, path: number, length: number): void {
      const { handle: directory } = descriptors.directory(fd, RIGHT.pathCreateDirectory);
      descriptors.ask({ op: "make_directory", directory, path: memory.path(path, length) });
    },
    path_remove_directory(fd: number, path: number, length: number): void {
      const { handle: directory } = descriptors.directory(fd, RIGHT.pathRemoveDirectory);
      descriptors.ask({ op: "remove_directory", directory, path: memory.path(path, length) });
    },
    path_unlink_file(fd: number, path: number, length: number): void {
      const { handle: directory } = descriptors.directory(fd, RIGHT.pathUnlinkFile);
      descriptors.ask({ op: "unlink", directory, path: memory.path(path, length) });
    },
    path_rename(fd: number, path: number, length: number, toFd: number, toPath: number, toLength: number): void {
      const { handle: directory } = descriptors.directory(fd, RIGHT.pathRenameSource);
      const { handle: toDirectory } = descriptors.directory(toFd, RIGHT.pathRenameTarget);
      const [from, to] = [memory.path(path, length), memory.path(toPath, toLength)];
      descriptors.ask({ op: "rename", directory, path: from, toDirectory, toPath: to });
    },
    // There are no links to read: what is there is none (`inval`), or the parent says what it is.
    path_readlink(fd: number, path: number, length: number, _buffer: number, _size: number, used: number): void {
      memory.range(used, 4);
      const { handle: directory } = descriptors.directory(fd, RIGHT.pathReadlink);
      descriptors.ask({ op: "path_stat", directory, path: memory.path(path, length) });
      throw fault("inval");
    },
    path_link(): void {
      throw fault("notcapable");
    },
    path_symlink(): void {
      throw fault("notcapable");
    },
  };
}
