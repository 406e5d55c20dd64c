/** Files of the granted roots, for one call (spec 10.4). Synchronous: each question is answered before the next is looked at. */
import {
  closeSync,
  constants,
  fstatSync,
  fsync,
  fsyncSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmdirSync,
  type Stats,
  unlinkSync,
  utimesSync,
  writeSync,
} from "node:fs";
import { setImmediate as othersTurn } from "node:timers/promises";
import { promisify } from "node:util";
import { ERRNO, type HostReply, type HostRequest, MAX_CALL_BYTES, OPEN, reply, TIMES } from "palyra-sandbox/host-messages";
import { systemCode } from "../../files/index.ts";
import { errnoOf, FileFault } from "./fault.ts";
import { packStat, SetTimes } from "./filestat.ts";
import type { BrokerLimits } from "./limits.ts";
import { Looks, namesOf, packNames } from "./listing.ts";
import { parseModulePath } from "./path.ts";
import { byDescriptor, type End, inside, openPlace, type PlaceKind, walk } from "./walk.ts";

/** Something open. Its root says whether it may be changed, whatever a child asks. */
interface Handle {
  readonly fd: number;
  readonly kind: PlaceKind;
  readonly root: OpenRoot;
  readonly read: boolean;
  readonly write: boolean;
  /** The same file, for what is added at its end at once: two calls may keep one log. */
  appending?: number;
  /** What a listing goes by until it begins anew. */
  names?: readonly string[];
}

export interface OpenRoot {
  readonly fd: number;
  readonly name: string;
  readonly write: boolean;
}

export type FileRequest = Extract<HostRequest, { readonly directory: number } | { readonly handle: number }>;

type ListRequest = Extract<HostRequest, { readonly op: "list" }>;

export const isFileRequest = (request: HostRequest): request is FileRequest => "directory" in request || "handle" in request;

/** How roots were used: by name, whether to change anything, and whether that was granted. */
export type NoteRoot = (root: string, change: boolean, granted: boolean) => void;

const synced = promisify(fsync);
const FRESH = constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
const NS_PER_S = 1e9;

export class RootFiles {
  readonly #handles = new Map<number, Handle>();
  readonly #limits: BrokerLimits;
  readonly #note: NoteRoot;
  readonly #now: () => number;
  readonly #times = new SetTimes();
  readonly #looks: Looks;
  readonly #roots: number;
  #next: number;
  #written = 0;
  #created = 0;

  /** @param roots open; they are closed with it @param now milliseconds since 1970 */
  constructor(roots: readonly OpenRoot[], limits: BrokerLimits, note: NoteRoot, now: () => number) {
    this.#now = now;
    this.#limits = limits;
    this.#looks = new Looks(limits.looked);
    this.#note = note;
    this.#roots = roots.length;
    this.#next = roots.length;
    for (const [index, root] of roots.entries()) {
      this.#handles.set(index, { fd: root.fd, kind: "directory", root, read: true, write: false });
    }
  }

  /** Never throws for what a child can provoke. */
  handle(request: FileRequest): HostReply {
    try {
      return this.#answer(request);
    } catch (error) {
      return reply(errnoOf(error));
    }
  }

  /** As `handle` of the same request; a disk is waited for by the call that asks, and by nobody beside it. */
  async sync(handle: number): Promise<HostReply> {
    try {
      await synced(this.#get(handle).fd);
      return reply(ERRNO.success);
    } catch (error) {
      return reply(errnoOf(error));
    }
  }

  /** As `handle` of the same request; the rest of the host has its turn in between, and the end of the call ends it (T33, T40). */
  async list(request: ListRequest): Promise<HostReply> {
    try {
      const handle = this.#get(request.directory);
      const work = this.#list(request);
      for (let step = work.next(); ; ) {
        if (step.done) return step.value;
        await othersTurn();
        // What was closed meanwhile is a number that something else may have by now.
        const isOpen = this.#handles.get(request.directory) === handle;
        step = isOpen ? work.next() : work.throw(new FileFault(ERRNO.badf));
      }
    } catch (error) {
      return reply(errnoOf(error));
    }
  }

  close(): void {
    for (const { fd, appending } of this.#handles.values()) {
      closeSync(fd);
      if (appending !== undefined) closeSync(appending);
    }
    this.#handles.clear();
  }

  #answer(request: FileRequest): HostReply {
    switch (request.op) {
      case "open":
        return this.#open(request.directory, request.path, request.flags);
      case "close":
        return this.#close(request.handle);
      case "read":
        return this.#read(request.handle, request.offset, request.length);
      case "write":
        return this.#write(request.handle, request.offset, request.append !== 0, request.bytes);
      case "stat":
        return this.#stat(this.#get(request.handle).fd);
      case "set_size":
        return this.#grow(request.handle, request.size, true);
      case "allocate":
        return this.#grow(request.handle, request.offset + request.length, false);
      case "set_times": {
        const handle = this.#changing(this.#get(request.handle));
        return this.#setTimes(handle.fd, request.accessed, request.modified, request.flags);
      }
      case "sync":
        fsyncSync(this.#get(request.handle).fd);
        return reply(ERRNO.success);
      case "list":
        return atOnce(this.#list(request));
      case "path_stat":
        return this.#at(request.directory, request.path, (place) => this.#stat(place));
      case "path_set_times":
        this.#changing(this.#directory(request.directory));
        return this.#at(request.directory, request.path, (place) =>
          this.#setTimes(place, request.accessed, request.modified, request.flags),
        );
      case "make_directory":
        return this.#change(request.directory, request.path, ({ fd, name }) => {
          if (name === undefined) throw new FileFault(ERRNO.exist);
          this.#requireCreatable();
          mkdirSync(inside(fd, name), 0o700);
          this.#created += 1;
        });
      case "remove_directory":
        return this.#change(request.directory, request.path, ({ fd, name }) => {
          if (name === undefined) throw new FileFault(ERRNO.inval);
          rmdirSync(inside(fd, name));
        });
      case "unlink":
        return this.#change(request.directory, request.path, ({ fd, name, directory }) => {
          if (name === undefined || kindOf(fd, name) === "directory") throw new FileFault(ERRNO.isdir);
          if (directory) throw new FileFault(ERRNO.notdir);
          unlinkSync(inside(fd, name));
        });
      case "rename":
        return this.#rename(request);
    }
  }

  #get(handle: number): Handle {
    const found = this.#handles.get(handle);
    if (found === undefined) throw new FileFault(ERRNO.badf);
    return found;
  }

  #directory(handle: number): Handle {
    const found = this.#get(handle);
    if (found.kind !== "directory") throw new FileFault(ERRNO.notdir);
    return found;
  }

  #file(handle: number): Handle {
    const found = this.#get(handle);
    if (found.kind !== "file") throw new FileFault(ERRNO.isdir);
    return found;
  }

  /** Only below a root that was granted for writing. */
  #changing(handle: Handle): Handle {
    this.#note(handle.root.name, true, handle.root.write);
    if (!handle.root.write) throw new FileFault(ERRNO.notcapable);
    return handle;
  }

  #open(directory: number, path: string, flags: number): HostReply {
    const from = this.#directory(directory);
    const wants = (flag: number): boolean => (flags & flag) !== 0;
    const changes = wants(OPEN.write) || wants(OPEN.create) || wants(OPEN.truncate);
    if (changes) this.#changing(from);
    if (wants(OPEN.create) && wants(OPEN.directory)) throw new FileFault(ERRNO.inval);
    if (this.#handles.size >= this.#limits.handles) throw new FileFault(ERRNO.mfile);
    const { fd, kind } = walk(from.fd, parseModulePath(path), (end) => {
      if (end.name === undefined) {
        if (wants(OPEN.create) && wants(OPEN.exclusive)) throw new FileFault(ERRNO.exist);
        if (changes) throw new FileFault(ERRNO.isdir);
        return { fd: openSync(inside(end.fd, "."), constants.O_RDONLY | constants.O_DIRECTORY), kind: "directory" as const };
      }
      return this.#openName({ ...end, name: end.name }, flags);
    });
    this.#note(from.root.name, changes, true);
    const handle = this.#next;
    this.#next += 1;
    this.#handles.set(handle, { fd, kind, root: from.root, read: wants(OPEN.read), write: wants(OPEN.write) });
    return reply(ERRNO.success, BigInt(handle), this.#stat(fd).bytes);
  }

  #openName({ fd, name, directory }: End & { readonly name: string }, flags: number): { fd: number; kind: PlaceKind } {
    const wants = (flag: number): boolean => (flags & flag) !== 0;
    const changes = wants(OPEN.write) || wants(OPEN.truncate);
    const access = !changes ? constants.O_RDONLY : wants(OPEN.read) || !wants(OPEN.write) ? constants.O_RDWR : constants.O_WRONLY;
    if (wants(OPEN.create)) {
      if (directory) throw new FileFault(ERRNO.isdir);
      this.#requireCreatable();
      try {
        const made = openSync(inside(fd, name), access | FRESH, 0o600);
        this.#created += 1;
        return { fd: made, kind: "file" };
      } catch (error) {
        if (systemCode(error) !== "EEXIST" || wants(OPEN.exclusive)) throw error;
      }
    }
    const { place, kind, names } = openPlace(fd, name);
    try {
      if (kind === "directory") {
        if (changes || wants(OPEN.create)) throw new FileFault(ERRNO.isdir);
        return { fd: openSync(inside(place, "."), constants.O_RDONLY | constants.O_DIRECTORY), kind };
      }
      if (directory || wants(OPEN.directory)) throw new FileFault(ERRNO.notdir);
      // Another name of it may be anywhere.
      if (changes && names > 1) throw new FileFault(ERRNO.perm);
      // The very file that was looked at: no name is looked up again.
      return { fd: openSync(byDescriptor(place), access | (wants(OPEN.truncate) ? constants.O_TRUNC : 0)), kind };
    } finally {
      closeSync(place);
    }
  }

  #close(handle: number): HostReply {
    const { fd, appending } = this.#get(handle);
    // Roots stay: what a child forgets of them is its own affair.
    if (handle < this.#roots) return reply(ERRNO.success);
    this.#handles.delete(handle);
    closeSync(fd);
    if (appending !== undefined) closeSync(appending);
    return reply(ERRNO.success);
  }

  #read(handle: number, offset: bigint, length: number): HostReply {
    const { fd, read } = this.#file(handle);
    if (!read) throw new FileFault(ERRNO.notcapable);
    const bytes = new Uint8Array(Math.min(length, MAX_CALL_BYTES));
    if (offset > BigInt(Number.MAX_SAFE_INTEGER)) return reply(ERRNO.success);
    const count = bytes.byteLength === 0 ? 0 : readSync(fd, bytes, 0, bytes.byteLength, Number(offset));
    return reply(ERRNO.success, BigInt(count), bytes.subarray(0, count));
  }

  #write(number: number, offset: bigint, append: boolean, bytes: Uint8Array): HostReply {
    const handle = this.#changing(this.#file(number));
    if (!handle.write) throw new FileFault(ERRNO.notcapable);
    const end = append ? fstatSync(handle.fd, { bigint: true }).size : offset;
    if (end + BigInt(bytes.byteLength) > BigInt(this.#limits.fileBytes)) throw new FileFault(ERRNO.fbig);
    // Sparse growth counts as written: it can be filled later.
    const hole = end - fstatSync(handle.fd, { bigint: true }).size;
    this.#spend(bytes.byteLength + (hole > 0n ? Number(hole) : 0));
    if (append) handle.appending ??= openSync(byDescriptor(handle.fd), constants.O_WRONLY | constants.O_APPEND);
    for (let at = 0; at < bytes.byteLength; ) {
      const left = bytes.byteLength - at;
      at +=
        handle.appending !== undefined && append
          ? writeSync(handle.appending, bytes, at, left, null)
          : writeSync(handle.fd, bytes, at, left, Number(end) + at);
    }
    const next = append ? fstatSync(handle.fd, { bigint: true }).size : end + BigInt(bytes.byteLength);
    return reply(ERRNO.success, next);
  }

  /** @param exactly smaller too */
  #grow(number: number, size: bigint, exactly: boolean): HostReply {
    const handle = this.#changing(this.#file(number));
    if (!handle.write) throw new FileFault(ERRNO.inval);
    if (size > BigInt(this.#limits.fileBytes)) throw new FileFault(ERRNO.fbig);
    const more = size - fstatSync(handle.fd, { bigint: true }).size;
    if (more > 0n) this.#spend(Number(more));
    if (more > 0n || exactly) ftruncateSync(handle.fd, Number(size));
    return reply(ERRNO.success);
  }

  #stat(fd: number): HostReply {
    const stat = fstatSync(fd, { bigint: true });
    return reply(ERRNO.success, 0n, packStat(stat, this.#times.of(stat)));
  }

  #setTimes(fd: number, accessed: bigint, modified: bigint, flags: number): HostReply {
    const had = this.#times.of(fstatSync(fd, { bigint: true }));
    const now = BigInt(this.#now()) * 1_000_000n;
    const asked = {
      accessed: flags & TIMES.accessedNow ? now : flags & TIMES.accessed ? accessed : had.accessed,
      modified: flags & TIMES.modifiedNow ? now : flags & TIMES.modified ? modified : had.modified,
    };
    utimesSync(byDescriptor(fd), Number(asked.accessed) / NS_PER_S, Number(asked.modified) / NS_PER_S);
    this.#times.remember(fstatSync(fd, { bigint: true }), asked);
    return reply(ERRNO.success);
  }

  *#list({ directory, cookie, length }: ListRequest): Generator<void, HostReply> {
    const handle = this.#directory(directory);
    this.#note(handle.root.name, false, true);
    if (cookie === 0n || handle.names === undefined) handle.names = yield* namesOf(handle.fd, this.#limits.entries, this.#looks);
    const most = Math.min(length, MAX_CALL_BYTES);
    return reply(ERRNO.success, 0n, yield* packNames(handle.fd, handle.names, cookie, most, this.#looks));
  }

  /** Something that is there, as a place. */
  #at(directory: number, path: string, use: (place: number) => HostReply): HostReply {
    const from = this.#directory(directory);
    this.#note(from.root.name, false, true);
    return walk(from.fd, parseModulePath(path), (end) => {
      if (end.name === undefined) return use(end.fd);
      const { place, kind } = openPlace(end.fd, end.name);
      try {
        if (end.directory && kind !== "directory") throw new FileFault(ERRNO.notdir);
        return use(place);
      } finally {
        closeSync(place);
      }
    });
  }

  #change(directory: number, path: string, change: (end: End) => void): HostReply {
    const from = this.#changing(this.#directory(directory));
    walk(from.fd, parseModulePath(path), change);
    return reply(ERRNO.success);
  }

  #rename({ directory, path, toDirectory, toPath }: Extract<HostRequest, { readonly op: "rename" }>): HostReply {
    const to = this.#changing(this.#directory(toDirectory));
    return this.#change(directory, path, (source) =>
      walk(to.fd, parseModulePath(toPath), (target) => {
        if (source.name === undefined || target.name === undefined) throw new FileFault(ERRNO.busy);
        const moved = kindOf(source.fd, source.name);
        if (moved === undefined) throw new FileFault(ERRNO.noent);
        if (moved === "file" && (source.directory || target.directory)) throw new FileFault(ERRNO.notdir);
        kindOf(target.fd, target.name);
        renameSync(inside(source.fd, source.name), inside(target.fd, target.name));
      }),
    );
  }

  #requireCreatable(): void {
    if (this.#created >= this.#limits.created) throw new FileFault(ERRNO.dquot);
  }

  #spend(bytes: number): void {
    if (this.#written + bytes > this.#limits.writtenBytes) throw new FileFault(ERRNO.dquot);
    this.#written += bytes;
  }
}

function atOnce<Result>(work: Generator<void, Result>): Result {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

/** What has a name; undefined where nothing has. Links and what is neither file nor directory are not touched: `loop`, `acces`. */
function kindOf(fd: number, name: string): PlaceKind | undefined {
  const stat: Stats | undefined = lstatSync(inside(fd, name), { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  if (stat.isSymbolicLink()) throw new FileFault(ERRNO.loop);
  if (!stat.isFile() && !stat.isDirectory()) throw new FileFault(ERRNO.acces);
  return stat.isFile() ? "file" : "directory";
}
