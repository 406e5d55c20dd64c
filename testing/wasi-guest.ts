/** What a module does with preview 1, from a test: a memory, and the functions as the engine would call them. */
import type { HostReply, HostRequest } from "palyra-sandbox/host-messages";
import { type GrantedRoot, type WasiContext, wasiImports } from "palyra-sandbox/wasi/index";

const PAGE = 64 * 1024;
/** Where results and vectors go, and from where on texts and buffers. */
const RESULT = 16;
const VECTORS = 1024;
const BUFFER = PAGE;

export class Exit {
  readonly code: number;
  constructor(code: number) {
    this.code = code;
  }
}

export interface GuestOptions {
  readonly roots?: readonly GrantedRoot[];
  readonly ask?: (request: HostRequest) => HostReply;
  readonly context?: Partial<WasiContext>;
  readonly pages?: number;
}

export interface Stat {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly type: number;
  readonly links: bigint;
  readonly size: bigint;
  readonly accessed: bigint;
  readonly modified: bigint;
}

/** Oflags, rights and fdflags of `path_open`. */
export const O = { create: 1, directory: 2, exclusive: 4, truncate: 8 } as const;
export const R = {
  read: 1n << 1n,
  seek: 1n << 2n,
  tell: 1n << 5n,
  write: 1n << 6n,
  pathFilestatSetSize: 1n << 19n,
  fdFilestatSetSize: 1n << 22n,
  fdFilestatSetTimes: 1n << 23n,
} as const;
export const F = { append: 1, nonblock: 4, sync: 16 } as const;

export class Guest {
  readonly memory: Uint8Array;
  readonly view: DataView;
  readonly out: Uint8Array[] = [];
  readonly log: Uint8Array[] = [];
  charged = 0;
  readonly denied: string[] = [];
  readonly imports: ReturnType<typeof wasiImports>;

  constructor({ roots = [], ask, context = {}, pages = 48 }: GuestOptions = {}) {
    this.memory = new Uint8Array(pages * PAGE);
    this.view = new DataView(this.memory.buffer);
    this.imports = wasiImports({
      memory: () => this.memory,
      charge: (bytes) => {
        this.charged += bytes;
      },
      ask:
        ask ??
        (() => {
          throw new Error("nothing is to be asked here");
        }),
      denied: (capability, operation, name = "-") => this.denied.push(`${capability} ${operation} ${name}`),
      stdin: new Uint8Array(),
      stdout: { write: (bytes) => this.out.push(bytes.slice()) },
      stderr: { write: (bytes) => this.log.push(bytes.slice()) },
      args: [],
      env: [],
      clockMs: () => 1_700_000_000_123.9,
      random: (into) => into.fill(7),
      roots,
      exit: (code) => {
        throw new Exit(code);
      },
      ...context,
    });
  }

  call(name: string, ...args: readonly (number | bigint)[]): number {
    const run = this.imports(name);
    if (run === undefined) throw new Error(`no ${name}`);
    return Reflect.apply(run, undefined, args) ?? 0;
  }

  text(text: string | Uint8Array, at = BUFFER): [address: number, length: number] {
    const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
    this.memory.set(bytes, at);
    return [at, bytes.byteLength];
  }

  open(fd: number, path: string, { oflags = 0, rights = 0n, fdflags = 0, lookup = 0 } = {}): { errno: number; fd: number } {
    const errno = this.call("path_open", fd, lookup, ...this.text(path), oflags, rights, 0n, fdflags, RESULT);
    return { errno, fd: this.view.getUint32(RESULT, true) };
  }

  /** One vector for each length of the buffer. */
  vectors(lengths: readonly number[]): [address: number, count: number] {
    let at = BUFFER;
    for (const [index, length] of lengths.entries()) {
      this.view.setUint32(VECTORS + index * 8, at, true);
      this.view.setUint32(VECTORS + index * 8 + 4, length, true);
      at += length;
    }
    return [VECTORS, lengths.length];
  }

  write(fd: number, text: string | Uint8Array, at?: bigint): { errno: number; written: number } {
    const [, length] = this.text(text);
    const vectors = this.vectors([length]);
    const errno =
      at === undefined ? this.call("fd_write", fd, ...vectors, RESULT) : this.call("fd_pwrite", fd, ...vectors, at, RESULT);
    return { errno, written: this.view.getUint32(RESULT, true) };
  }

  read(fd: number, length: number, at?: bigint): { errno: number; text: string } {
    const vectors = this.vectors([length]);
    this.view.setUint32(RESULT, 0, true);
    const errno =
      at === undefined ? this.call("fd_read", fd, ...vectors, RESULT) : this.call("fd_pread", fd, ...vectors, at, RESULT);
    const count = this.view.getUint32(RESULT, true);
    return { errno, text: new TextDecoder().decode(this.memory.slice(BUFFER, BUFFER + count)) };
  }

  seek(fd: number, delta: bigint, whence: 0 | 1 | 2): { errno: number; offset: bigint } {
    const errno = this.call("fd_seek", fd, delta, whence, RESULT);
    return { errno, offset: this.view.getBigUint64(RESULT, true) };
  }

  path(name: string, fd: number, path: string): number {
    return this.call(name, fd, ...this.text(path));
  }

  rename(fd: number, from: string, to: string, toFd = fd): number {
    return this.call("path_rename", fd, ...this.text(from), toFd, ...this.text(to, BUFFER + 8192));
  }

  stat(fd: number, path?: string): { errno: number; stat: Stat } {
    const errno =
      path === undefined
        ? this.call("fd_filestat_get", fd, RESULT)
        : this.call("path_filestat_get", fd, 0, ...this.text(path), RESULT);
    const at = (offset: number): bigint => this.view.getBigUint64(RESULT + offset, true);
    const type = this.view.getUint8(RESULT + 16);
    return { errno, stat: { dev: at(0), ino: at(8), type, links: at(24), size: at(32), accessed: at(40), modified: at(48) } };
  }

  fdstat(fd: number): { errno: number; type: number; flags: number; base: bigint; inheriting: bigint } {
    const errno = this.call("fd_fdstat_get", fd, RESULT);
    return {
      errno,
      type: this.view.getUint8(RESULT),
      flags: this.view.getUint16(RESULT + 2, true),
      base: this.view.getBigUint64(RESULT + 8, true),
      inheriting: this.view.getBigUint64(RESULT + 16, true),
    };
  }

  /** One call of `fd_readdir`; whole entries alone. */
  list(
    fd: number,
    cookie: bigint,
    room = 256,
  ): { errno: number; used: number; entries: { next: bigint; ino: bigint; type: number; name: string }[] } {
    const errno = this.call("fd_readdir", fd, BUFFER, room, cookie, RESULT);
    const used = this.view.getUint32(RESULT, true);
    const entries = [];
    for (let at = BUFFER; at + 24 <= BUFFER + used; ) {
      const length = this.view.getUint32(at + 16, true);
      if (at + 24 + length > BUFFER + used) break;
      entries.push({
        next: this.view.getBigUint64(at, true),
        ino: this.view.getBigUint64(at + 8, true),
        type: this.view.getUint8(at + 20),
        name: new TextDecoder().decode(this.memory.slice(at + 24, at + 24 + length)),
      });
      at += 24 + length;
    }
    return { errno, used, entries };
  }
}
