/** What the public wasi-testsuite asks of preview 1, case by case under its names, over real folders. What makes links is refused here (T43). */
import { MAX_CALL_BYTES, reply } from "palyra-sandbox/host-messages";
import { describe, expect, it } from "vitest";
import { F, Guest, O, R } from "../../../../../testing/wasi-guest.ts";
import { rooted } from "./roots.ts";

const E = {
  badf: 8,
  exist: 20,
  inval: 28,
  isdir: 31,
  nametoolong: 37,
  noent: 44,
  notdir: 54,
  notempty: 55,
  notsock: 57,
  spipe: 70,
  notcapable: 76,
};
const FILE = { unknown: 0, directory: 3, file: 4 };
const ROOT = 3;
const ALL = R.read | R.write | R.seek | R.tell;

/** A folder of its own, as the suite's cases make one. */
function scratch(): { guest: Guest; dir: number } {
  const { guest } = rooted();
  expect(guest.path("path_create_directory", ROOT, "scratch")).toBe(0);
  const { errno, fd } = guest.open(ROOT, "scratch", { oflags: O.directory });
  expect(errno).toBe(0);
  return { guest, dir: fd };
}
function create(guest: Guest, dir: number, path: string, rights = 0n, fdflags = 0): number {
  const { errno, fd } = guest.open(dir, path, { oflags: O.create, rights, fdflags });
  expect(errno, path).toBe(0);
  return fd;
}
const touch = (guest: Guest, dir: number, path: string): void => expect(guest.call("fd_close", create(guest, dir, path))).toBe(0);

describe("preview 1 over a root", () => {
  it("interesting_paths", () => {
    const { guest, dir } = scratch();
    expect(guest.path("path_create_directory", dir, "dir")).toBe(0);
    expect(guest.path("path_create_directory", dir, "dir/nested")).toBe(0);
    touch(guest, dir, "dir/nested/file");
    const errno = (path: string): number => guest.open(dir, path).errno;
    expect(errno("/dir/nested/file")).toBe(E.notcapable);
    expect(errno("dir/.//nested/../../dir/nested/../nested///./file")).toBe(0);
    expect(errno("dir/nested/file\0")).toBe(E.inval);
    expect(errno("dir/nested/file/")).toBe(E.notdir);
    expect(errno("dir/nested/file///")).toBe(E.notdir);
    expect(errno("dir/nested/")).toBe(0);
    expect(errno("dir/nested///")).toBe(0);
    expect(errno("dir/nested/../../../scratch/dir/nested/file")).toBe(E.notcapable);
    expect(errno("")).toBe(E.noent);
    expect(errno("dir/missing/../nested/file")).toBe(E.noent);
    expect(errno("dir/nested/file/../file")).toBe(E.notdir);
    expect(errno("x".repeat(256))).toBe(E.nametoolong);
    expect(errno("x/".repeat(3000))).toBe(E.nametoolong);
    expect(guest.call("path_open", dir, 0, ...guest.text(new Uint8Array([0x61, 0xff])), 0, 0n, 0n, 0, 16)).toBe(25);
    expect(guest.path("path_unlink_file", dir, "dir/nested/file")).toBe(0);
    expect(guest.path("path_remove_directory", dir, "dir/nested")).toBe(0);
    expect(guest.path("path_remove_directory", dir, "dir")).toBe(0);
  });

  it("fd_readdir", () => {
    const { guest, dir } = scratch();
    const { stat } = guest.stat(dir);
    const empty = guest.list(dir, 0n);
    expect(empty.used).toBeLessThan(256);
    expect(empty.entries.map(({ name, type }) => [name, type])).toEqual([
      [".", FILE.directory],
      ["..", FILE.directory],
    ]);
    expect(empty.entries[0]?.ino).toBe(stat.ino);
    const fd = create(guest, dir, "file", R.read | R.write);
    const { ino } = guest.stat(fd).stat;
    const { entries } = guest.list(dir, 0n);
    expect(entries.map(({ name }) => name)).toEqual([".", "..", "file"]);
    expect(entries[2]).toMatchObject({ ino, type: FILE.file });
    expect(guest.list(dir, entries[1]?.next ?? 0n).entries.map(({ name }) => name)).toEqual(["file"]);
    expect(guest.list(dir, 1n << 40n)).toMatchObject({ errno: 0, used: 0 });
    expect(guest.list(fd, 0n).errno).toBe(E.notdir);
  });

  it("fd_readdir of a thousand names, a few at a time", () => {
    const { guest, dir } = scratch();
    for (let n = 0; n < 1000; n += 1) touch(guest, dir, `file.${n}`);
    const names = new Set<string>();
    for (let cookie = 0n; ; ) {
      const { used, entries } = guest.list(dir, cookie);
      for (const { name } of entries) names.add(name);
      if (used < 256) break;
      cookie = entries.at(-1)?.next ?? cookie;
    }
    expect(names.size).toBe(1002);
  });

  it("fd_readdir says by no short answer that there is no more where one call may not give all (T40)", () => {
    const full = new Uint8Array(MAX_CALL_BYTES);
    const asked: unknown[] = [];
    const guest = new Guest({
      roots: [{ name: "work", write: true }],
      ask: (request) => {
        asked.push(request);
        return reply(0, 0n, full);
      },
    });
    expect(guest.call("fd_readdir", ROOT, 65_536, MAX_CALL_BYTES, 0n, 16)).toBe(0);
    expect(guest.view.getUint32(16, true)).toBe(MAX_CALL_BYTES);
    expect(guest.call("fd_readdir", ROOT, 65_536, MAX_CALL_BYTES + 1, 0n, 16)).toBe(E.inval);
    expect(asked).toMatchObject([{ length: MAX_CALL_BYTES }, { length: MAX_CALL_BYTES }]);
  });

  it("fd_fdstat_set_rights, truncation_rights", () => {
    const { guest, dir } = scratch();
    const fd = create(guest, dir, "file", ALL);
    expect(guest.write(fd, "0123").errno).toBe(0);
    expect(guest.seek(fd, 0n, 0).errno).toBe(0);
    expect(guest.read(fd, 4).text).toBe("0123");
    const { base, inheriting } = guest.fdstat(fd);
    expect(guest.call("fd_fdstat_set_rights", fd, base & ~(R.read | R.write), inheriting)).toBe(0);
    expect(guest.fdstat(fd).base & (R.read | R.write | R.seek)).toBe(R.seek);
    expect(guest.read(fd, 4).errno).toBe(E.notcapable);
    expect(guest.write(fd, "x").errno).toBe(E.notcapable);
    expect(guest.call("fd_fdstat_set_rights", fd, base, inheriting)).toBe(E.notcapable);

    const had = guest.fdstat(dir);
    expect(had).toMatchObject({ type: FILE.directory, flags: 0 });
    expect(had.base & R.fdFilestatSetSize).toBe(0n);
    expect(guest.open(dir, "file", { oflags: O.truncate }).errno).toBe(0);
    expect(guest.call("fd_fdstat_set_rights", dir, had.base, had.inheriting & ~R.fdFilestatSetSize)).toBe(0);
    expect(guest.open(dir, "file", { oflags: O.truncate }).errno).toBe(0);
    expect(
      guest.call("fd_fdstat_set_rights", dir, had.base & ~R.pathFilestatSetSize, had.inheriting & ~R.fdFilestatSetSize),
    ).toBe(0);
    expect(guest.open(dir, "file", { oflags: O.truncate }).errno).toBe(E.notcapable);
  });

  it("path_open_preopen, path_open_nonblock", () => {
    const { guest } = rooted();
    expect(guest.call("fd_prestat_get", ROOT, 16)).toBe(0);
    expect([guest.view.getUint8(16), guest.view.getUint32(20, true)]).toEqual([0, "/work".length]);
    const { base, inheriting } = guest.fdstat(ROOT);
    for (const bit of [9, 10, 11, 12, 13, 14, 15, 16, 17, 24, 25, 26, 18, 20, 21, 23])
      expect(base & (1n << BigInt(bit)), `${bit}`).not.toBe(0n);
    for (const bit of [0, 1, 2, 3, 4, 5, 6, 7, 8, 21, 22, 23, 27])
      expect(inheriting & (1n << BigInt(bit)), `${bit}`).not.toBe(0n);
    expect(guest.open(ROOT, ".", { rights: base }).errno).toBe(0);
    expect(guest.open(ROOT, ".").errno).toBe(0);
    expect(guest.open(ROOT, ".", { oflags: O.directory, rights: R.read }).errno).toBe(0);
    expect(guest.open(ROOT, ".", { oflags: O.directory, rights: R.read | R.write }).errno).toBe(E.isdir);
    expect(guest.open(ROOT, ".", { fdflags: F.nonblock }).errno).toBe(0);
  });

  it("dir_fd_op_failures, directory_seek", () => {
    const { guest, dir } = scratch();
    expect(guest.call("fd_prestat_dir_name", ROOT, 2000, 0)).toBe(E.nametoolong);
    expect(guest.call("fd_prestat_dir_name", ROOT, 2000, 6)).toBe(0);
    expect(guest.call("fd_prestat_get", dir, 16)).toBe(E.badf);
    expect(guest.read(dir, 8).errno).toBe(E.isdir);
    expect(guest.read(dir, 8, 0n).errno).toBe(E.isdir);
    expect(guest.write(dir, "x").errno).toBe(E.isdir);
    expect(guest.write(dir, "x", 0n).errno).toBe(E.isdir);
    for (const whence of [0, 1, 2] as const) expect(guest.seek(dir, 0n, whence).errno).toBe(E.isdir);
    expect(guest.call("fd_tell", dir, 16)).toBe(E.isdir);
    expect(guest.call("fd_allocate", dir, 0n, 1n)).toBe(E.isdir);
    expect(guest.call("fd_filestat_set_size", dir, 0n)).toBe(E.isdir);
    expect(guest.fdstat(dir).base & R.seek).toBe(0n);
  });

  it("renumber, overwrite_preopen, close_preopen, stdio", () => {
    const { guest, dir } = scratch();
    const [from, to] = [create(guest, dir, "file1", R.read | R.write), create(guest, dir, "file2", R.read | R.write)];
    const stat = guest.fdstat(from);
    expect(guest.call("fd_renumber", from, to)).toBe(0);
    expect(guest.call("fd_close", from)).toBe(E.badf);
    expect(guest.fdstat(to)).toEqual(stat);
    expect(guest.call("fd_renumber", to, from)).toBe(E.badf);
    expect(guest.call("fd_close", to)).toBe(0);
    const { stat: was } = guest.stat(dir);
    expect(guest.call("fd_renumber", dir, ROOT)).toBe(0);
    expect(guest.stat(ROOT).stat.ino).toBe(was.ino);
    expect(guest.fdstat(dir).errno).toBe(E.badf);
    for (const stdio of [0, 1, 2]) {
      const fd = create(guest, ROOT, "file");
      expect(guest.call("fd_renumber", stdio, fd)).toBe(0);
      expect(guest.fdstat(fd).errno).toBe(0);
      expect(guest.fdstat(stdio).errno).toBe(E.badf);
    }
    expect(guest.call("fd_close", ROOT)).toBe(0);
    expect(guest.fdstat(ROOT).errno).toBe(E.badf);
  });

  it("path_rename, path_rename_dir_trailing_slashes", () => {
    const { guest, dir } = scratch();
    const make = (name: string): void => expect(guest.path("path_create_directory", dir, name)).toBe(0);
    make("source");
    expect(guest.rename(dir, "source", "target")).toBe(0);
    expect(guest.open(dir, "source", { oflags: O.directory }).errno).toBe(E.noent);
    make("source");
    expect(guest.rename(dir, "source", "target")).toBe(0);
    make("source");
    touch(guest, dir, "target/file");
    expect(guest.rename(dir, "source", "target")).toBe(E.notempty);
    expect(guest.rename(dir, "source", "target/file")).toBe(E.notdir);
    expect(guest.path("path_unlink_file", dir, "target/file")).toBe(0);
    expect(guest.path("path_remove_directory", dir, "target")).toBe(0);
    expect(guest.rename(dir, "source/", "target")).toBe(0);
    expect(guest.rename(dir, "target", "source/")).toBe(0);
    expect(guest.rename(dir, "source/", "target/")).toBe(0);
    touch(guest, dir, "source");
    expect(guest.rename(dir, "source", "target")).toBe(E.isdir);
    expect(guest.rename(dir, "source/", "other")).toBe(E.notdir);
    expect(guest.rename(dir, "source", "other/")).toBe(E.notdir);
    touch(guest, dir, "other");
    expect(guest.rename(dir, "source", "other")).toBe(0);
    expect(guest.rename(dir, "source", "x")).toBe(E.noent);
    expect(guest.rename(dir, ".", "x")).toBe(10);
  });

  it("remove_directory_trailing_slashes, remove_nonempty_directory, unlink_file_trailing_slashes", () => {
    const { guest, dir } = scratch();
    const make = (): void => expect(guest.path("path_create_directory", dir, "dir/")).toBe(0);
    make();
    expect(guest.path("path_create_directory", dir, "dir")).toBe(E.exist);
    expect(guest.path("path_remove_directory", dir, "dir")).toBe(0);
    make();
    expect(guest.path("path_remove_directory", dir, "dir/")).toBe(0);
    touch(guest, dir, "file");
    expect(guest.path("path_remove_directory", dir, "file")).toBe(E.notdir);
    expect(guest.path("path_remove_directory", dir, "file/")).toBe(E.notdir);
    expect(guest.path("path_unlink_file", dir, "file/")).toBe(E.notdir);
    make();
    expect(guest.path("path_unlink_file", dir, "dir")).toBe(E.isdir);
    expect(guest.path("path_unlink_file", dir, "dir/")).toBe(E.isdir);
    touch(guest, dir, "dir/file");
    expect(guest.path("path_remove_directory", dir, "dir")).toBe(E.notempty);
    expect(guest.path("path_unlink_file", dir, "file")).toBe(0);
    expect(guest.path("path_unlink_file", dir, "file")).toBe(E.noent);
  });

  it("path_filestat, fd_filestat_set, fstflags_validate", () => {
    const { guest, dir } = scratch();
    const fd = create(guest, dir, "file", R.read | R.write, F.append | F.sync);
    expect(guest.fdstat(fd).flags).toBe(F.append | F.sync);
    const { stat } = guest.stat(dir, "file");
    expect(stat).toMatchObject({ size: 0n, type: FILE.file, links: 1n });
    const times = (flags: number, modified: bigint): number =>
      guest.call("path_filestat_set_times", dir, 0, ...guest.text("file"), 0n, modified, flags);
    expect(times(4, stat.modified - 100n)).toBe(0);
    expect(guest.stat(dir, "file").stat.modified).toBe(stat.modified - 100n);
    expect(guest.stat(fd).stat.accessed).toBe(stat.accessed);
    expect(times(4 | 8, 0n)).toBe(E.inval);
    expect(times(1 | 2, 0n)).toBe(E.inval);
    expect(guest.call("fd_filestat_set_times", fd, 100n, 200n, 4 | 8)).toBe(E.inval);
    expect(guest.call("fd_filestat_set_times", fd, 100n, 200n, 1 | 2)).toBe(E.inval);
    expect(guest.stat(dir, "file").stat.modified).toBe(stat.modified - 100n);
    expect(guest.call("fd_filestat_set_size", fd, 100n)).toBe(0);
    expect(guest.stat(fd).stat.size).toBe(100n);
    expect(guest.call("fd_filestat_set_times", fd, 5n, 7n, 1 | 4)).toBe(0);
    expect(guest.stat(fd).stat).toMatchObject({ size: 100n, accessed: 5n, modified: 7n });
    expect(guest.stat(dir, "missing").errno).toBe(E.noent);
    expect(guest.stat(dir, "file/").errno).toBe(E.notdir);
  });

  it("file_allocate, fd_advise, file_truncation", () => {
    const { guest, dir } = scratch();
    const fd = create(guest, dir, "file", R.read | R.write);
    const size = (): bigint => guest.stat(fd).stat.size;
    expect(guest.call("fd_allocate", fd, 0n, 100n)).toBe(0);
    expect(size()).toBe(100n);
    expect(guest.call("fd_allocate", fd, 10n, 10n)).toBe(0);
    expect(size()).toBe(100n);
    expect(guest.call("fd_allocate", fd, 90n, 20n)).toBe(0);
    expect(size()).toBe(110n);
    expect(guest.call("fd_allocate", fd, 0n, 0n)).toBe(E.inval);
    expect(guest.call("fd_advise", fd, 10n, 50n, 0)).toBe(0);
    expect(guest.call("fd_advise", fd, 10n, 50n, 6)).toBe(E.inval);
    expect(size()).toBe(110n);
    const again = guest.open(dir, "file", { oflags: O.create | O.truncate, rights: R.read | R.write });
    expect(guest.read(again.fd, 100)).toEqual({ errno: 0, text: "" });
  });

  it("file_seek_tell, lseek", () => {
    const { guest, dir } = scratch();
    const fd = create(guest, dir, "file", ALL);
    const tell = (): bigint => {
      expect(guest.call("fd_tell", fd, 16)).toBe(0);
      return guest.view.getBigUint64(16, true);
    };
    expect(tell()).toBe(0n);
    expect(guest.write(fd, "x".repeat(100)).written).toBe(100);
    expect(tell()).toBe(100n);
    expect(guest.seek(fd, -50n, 1)).toEqual({ errno: 0, offset: 50n });
    expect(guest.seek(fd, 0n, 0)).toEqual({ errno: 0, offset: 0n });
    expect(guest.seek(fd, 1000n, 1)).toEqual({ errno: 0, offset: 1000n });
    expect(guest.seek(fd, -2000n, 1).errno).toBe(E.inval);
    expect(guest.seek(fd, -10n, 2)).toEqual({ errno: 0, offset: 90n });
    expect(guest.call("fd_seek", fd, 0n, 3, 16)).toBe(E.inval);
    expect(guest.seek(fd, 0n, 0).errno).toBe(0);
    expect(guest.read(fd, 100).text).toHaveLength(100);
    expect(tell()).toBe(100n);
    expect(guest.seek(1, 0n, 1).errno).toBe(E.spipe);
    const { base, inheriting } = guest.fdstat(fd);
    expect(guest.call("fd_fdstat_set_rights", fd, base & ~R.seek, inheriting)).toBe(0);
    expect(guest.seek(fd, 0n, 1)).toEqual({ errno: 0, offset: 100n });
    expect([guest.seek(fd, 1n, 1).errno, guest.seek(fd, 0n, 0).errno]).toEqual([E.notcapable, E.notcapable]);
    expect(guest.call("fd_fdstat_set_rights", fd, base & ~(R.seek | R.tell), inheriting)).toBe(0);
    expect([guest.seek(fd, 0n, 1).errno, guest.call("fd_tell", fd, 16)]).toEqual([E.notcapable, E.notcapable]);
  });

  it("file_pread_pwrite, pwrite-with-append, file_unbuffered_write, fd_flags_set", () => {
    const { guest, dir } = scratch();
    const fd = create(guest, dir, "file", R.read | R.seek | R.write);
    expect(guest.write(fd, "0123", 0n)).toEqual({ errno: 0, written: 4 });
    expect(guest.read(fd, 4, 0n).text).toBe("0123");
    expect(guest.read(fd, 4, 2n).text).toBe("23");
    guest.vectors([2, 2]);
    expect(guest.call("fd_pread", fd, 1024, 2, 1n, 16)).toBe(0);
    expect(guest.view.getUint32(16, true)).toBe(3);
    expect(guest.write(fd, "ab", 2n).written).toBe(2);
    expect(guest.read(fd, 9, 0n).text).toBe("01ab");
    const log = create(guest, dir, "log", R.read | R.write, F.append);
    expect(guest.write(log, "one").errno).toBe(0);
    expect(guest.seek(log, 0n, 0).errno).toBe(0);
    expect(guest.write(log, "two").errno).toBe(0);
    expect(guest.seek(log, 0n, 1).offset).toBe(6n);
    expect(guest.write(log, "O", 0n).errno).toBe(0);
    expect(guest.seek(log, 0n, 1).offset).toBe(6n);
    const reader = guest.open(dir, "log", { rights: R.read });
    expect(guest.read(reader.fd, 99).text).toBe("Onetwo");
    expect(guest.call("fd_fdstat_set_flags", log, 0)).toBe(0);
    expect(guest.seek(log, 0n, 0).errno).toBe(0);
    expect(guest.write(log, "new").errno).toBe(0);
    expect(guest.read(log, 99).text).toBe("two");
    expect(guest.call("fd_fdstat_set_flags", log, 32)).toBe(E.inval);
  });

  it("path_open_read_write, path_open_create_existing, path_open_dirfd_not_dir, path_open_missing, dangling_fd", () => {
    const { guest, dir } = scratch();
    touch(guest, dir, "file");
    const reader = guest.open(dir, "file", { rights: R.read });
    expect(guest.fdstat(reader.fd).base & (R.read | R.write)).toBe(R.read);
    expect(guest.write(reader.fd, "x").errno).toBe(E.notcapable);
    const writer = guest.open(dir, "file", { rights: R.write });
    expect(guest.fdstat(writer.fd).base & (R.read | R.write)).toBe(R.write);
    expect(guest.read(writer.fd, 1).errno).toBe(E.notcapable);
    expect(guest.write(writer.fd, "xyz").written).toBe(3);
    expect(guest.read(reader.fd, 9).text).toBe("xyz");
    expect(guest.open(dir, "file", { oflags: O.create | O.exclusive }).errno).toBe(E.exist);
    expect(guest.open(reader.fd, "file").errno).toBe(E.notdir);
    expect(guest.open(1, "file").errno).toBe(E.notdir);
    expect(guest.open(99, "file").errno).toBe(E.badf);
    expect(guest.open(dir, "nothing").errno).toBe(E.noent);
    expect(guest.open(dir, "file", { oflags: O.directory }).errno).toBe(E.notdir);
    expect(guest.open(dir, "new/", { oflags: O.create }).errno).toBe(E.isdir);
    expect(guest.path("path_unlink_file", dir, "file")).toBe(0);
    touch(guest, dir, "file");
    expect(guest.call("path_readlink", dir, ...guest.text("file"), 2000, 10, 16)).toBe(E.inval);
  });

  it("sock_shutdown-invalid_fd, sock_shutdown-not_sock; what is never granted", () => {
    const { guest } = scratch();
    expect(guest.call("sock_shutdown", 99, 0)).toBe(E.badf);
    expect(guest.call("sock_shutdown", 1, 0)).toBe(E.notsock);
    for (const name of ["sock_accept", "sock_recv", "sock_send", "proc_raise"])
      expect(guest.call(name, 1, 0, 0, 0, 0, 0)).toBe(E.notcapable);
    expect(guest.call("path_symlink", ...guest.text("a"), ROOT, ...guest.text("b"))).toBe(E.notcapable);
    expect(guest.call("path_link", ROOT, 0, ...guest.text("a"), ROOT, ...guest.text("b"))).toBe(E.notcapable);
  });
});
