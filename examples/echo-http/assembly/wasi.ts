// The functions of WASI preview 1 that this skill uses, and nothing else: what is not imported cannot be misused.

// @ts-ignore: decorator
@external("wasi_snapshot_preview1", "args_sizes_get")
declare function args_sizes_get(count: usize, size: usize): i32;
// @ts-ignore: decorator
@external("wasi_snapshot_preview1", "args_get")
declare function args_get(pointers: usize, buffer: usize): i32;
// @ts-ignore: decorator
@external("wasi_snapshot_preview1", "fd_read")
declare function fd_read(fd: i32, vectors: usize, count: i32, read: usize): i32;
// @ts-ignore: decorator
@external("wasi_snapshot_preview1", "fd_write")
declare function fd_write(fd: i32, vectors: usize, count: i32, written: usize): i32;
// @ts-ignore: decorator
@external("wasi_snapshot_preview1", "fd_close")
declare function fd_close(fd: i32): i32;
// @ts-ignore: decorator
@external("wasi_snapshot_preview1", "fd_prestat_get")
declare function fd_prestat_get(fd: i32, prestat: usize): i32;
// @ts-ignore: decorator
@external("wasi_snapshot_preview1", "fd_prestat_dir_name")
declare function fd_prestat_dir_name(fd: i32, path: usize, size: i32): i32;
// @ts-ignore: decorator
@external("wasi_snapshot_preview1", "path_open")
declare function path_open(fd: i32, flags: i32, path: usize, size: i32, open: i32, rights: i64, inherited: i64, status: i32, opened: usize): i32;
// @ts-ignore: decorator
@external("wasi_snapshot_preview1", "proc_exit")
declare function proc_exit(code: i32): void;

const CHUNK: i32 = 4096;
const CREATE: i32 = 1;
const APPEND: i32 = 1;
const RIGHT_READ: i64 = 2;
const RIGHT_WRITE: i64 = 64;

export function exit(code: i32): void {
  proc_exit(code);
}

/** The n-th argument; empty where there is none. */
export function argument(n: i32): string {
  const sizes = memory.data(8);
  if (args_sizes_get(sizes, sizes + 4) != 0 || load<u32>(sizes) <= <u32>n) return "";
  const pointers = new ArrayBuffer(<i32>load<u32>(sizes) * 4);
  const texts = new ArrayBuffer(<i32>load<u32>(sizes, 4));
  if (args_get(changetype<usize>(pointers), changetype<usize>(texts)) != 0) return "";
  return String.UTF8.decodeUnsafe(load<u32>(changetype<usize>(pointers) + <usize>n * 4), CHUNK, true);
}

function readAll(fd: i32): string {
  let bytes = new Uint8Array(CHUNK);
  let length = 0;
  const vector = memory.data(8);
  const read = memory.data(4);
  while (true) {
    if (bytes.length - length < CHUNK) {
      const more = new Uint8Array(bytes.length * 2);
      more.set(bytes);
      bytes = more;
    }
    store<u32>(vector, <u32>(bytes.dataStart + length));
    store<u32>(vector, CHUNK, 4);
    if (fd_read(fd, vector, 1, read) != 0 || load<u32>(read) == 0) break;
    length += <i32>load<u32>(read);
  }
  return String.UTF8.decodeUnsafe(bytes.dataStart, length);
}

function writeAll(fd: i32, text: string): bool {
  const bytes = Uint8Array.wrap(String.UTF8.encode(text));
  const vector = memory.data(8);
  const written = memory.data(4);
  let at = 0;
  while (at < bytes.length) {
    store<u32>(vector, <u32>(bytes.dataStart + at));
    store<u32>(vector, <u32>(bytes.length - at), 4);
    if (fd_write(fd, vector, 1, written) != 0 || load<u32>(written) == 0) return false;
    at += <i32>load<u32>(written);
  }
  return true;
}

export function readInput(): string {
  return readAll(0);
}
export function writeOutput(text: string): void {
  if (!writeAll(1, text)) exit(3);
}
export function writeLog(text: string): void {
  writeAll(2, text);
}

/** The descriptor of the granted root whose name ends in `name`; -1 where it is not granted. */
function root(name: string): i32 {
  const prestat = memory.data(8);
  for (let fd = 3; fd_prestat_get(fd, prestat) == 0; fd++) {
    const size = <i32>load<u32>(prestat, 4);
    const path = new ArrayBuffer(size);
    if (fd_prestat_dir_name(fd, changetype<usize>(path), size) != 0) continue;
    if (String.UTF8.decode(path).endsWith(name)) return fd;
  }
  return -1;
}

function open(rootName: string, file: string, write: bool): i32 {
  const directory = root(rootName);
  if (directory < 0) return -1;
  const path = String.UTF8.encode(file);
  const opened = memory.data(4);
  const failed = path_open(
    directory, 0, changetype<usize>(path), path.byteLength,
    write ? CREATE : 0, write ? RIGHT_WRITE : RIGHT_READ, 0, write ? APPEND : 0, opened,
  );
  return failed != 0 ? -1 : <i32>load<u32>(opened);
}

/** Appends to a file below a write root; false where the host did not grant it. */
export function appendFile(rootName: string, file: string, text: string): bool {
  const fd = open(rootName, file, true);
  if (fd < 0) return false;
  const done = writeAll(fd, text);
  fd_close(fd);
  return done;
}

/** A whole file below a root; null where it is not there or not granted. */
export function readFile(rootName: string, file: string): string | null {
  const fd = open(rootName, file, false);
  if (fd < 0) return null;
  const text = readAll(fd);
  fd_close(fd);
  return text;
}
