/** Files of the granted roots, for one call (spec 10.4). Synchronous: each question is answered before the next is looked at. */
import { fsync, fsyncSync } from "node:fs";
import { setImmediate as othersTurn } from "node:timers/promises";
import { promisify } from "node:util";
import { ERRNO, type HostReply, type HostRequest, MAX_CALL_BYTES, OPEN, reply } from "palyra-sandbox/host-messages";
import { Budget } from "./budget.ts";
import { readAt, resize, Status, writeAt } from "./content.ts";
import { errnoOf, FileFault } from "./fault.ts";
import { type Handle, Handles, type NoteRoot, type OpenRoot } from "./handles.ts";
import type { BrokerLimits } from "./limits.ts";
import { Looks, namesOf, packNames } from "./listing.ts";
import { atPlace, makeDirectory, removeDirectory, renameEnd, unlinkName } from "./names.ts";
import { changes, openEnd, wants } from "./opening.ts";
import { type ModulePath, parseModulePath } from "./path.ts";
import type { Room } from "./room.ts";
import { type End, walk } from "./walk.ts";

export type FileRequest = Extract<HostRequest, { readonly directory: number } | { readonly handle: number }>;

type ListRequest = Extract<HostRequest, { readonly op: "list" }>;

export const isFileRequest = (request: HostRequest): request is FileRequest => "directory" in request || "handle" in request;

const synced = promisify(fsync);

export class RootFiles {
  readonly #handles: Handles;
  readonly #budget: Budget;
  readonly #status: Status;
  readonly #looks: Looks;
  readonly #entries: number;

  /** @param roots open; they are closed with it @param now milliseconds since 1970 */
  constructor(roots: readonly OpenRoot[], limits: BrokerLimits, note: NoteRoot, now: () => number, room: Room) {
    this.#handles = new Handles(roots, limits.handles, note);
    this.#budget = new Budget(limits, room);
    this.#status = new Status(now);
    this.#looks = new Looks(limits.looked);
    this.#entries = limits.entries;
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
      await synced(this.#handles.get(handle).fd);
      return reply(ERRNO.success);
    } catch (error) {
      return reply(errnoOf(error));
    }
  }

  /** As `handle` of the same request; the rest of the host has its turn in between, and the end of the call ends it (T33, T40). */
  async list(request: ListRequest): Promise<HostReply> {
    try {
      const handle = this.#handles.get(request.directory);
      const work = this.#list(request);
      for (let step = work.next(); ; ) {
        if (step.done) return step.value;
        await othersTurn();
        step = this.#handles.isStill(request.directory, handle) ? work.next() : work.throw(new FileFault(ERRNO.badf));
      }
    } catch (error) {
      return reply(errnoOf(error));
    }
  }

  close(): void {
    this.#handles.closeAll();
  }

  #answer(request: FileRequest): HostReply {
    const handles = this.#handles;
    switch (request.op) {
      case "open":
        return this.#open(request.directory, request.path, request.flags);
      case "close":
        handles.close(request.handle);
        return reply(ERRNO.success);
      case "read":
        return readAt(handles.file(request.handle), request.offset, request.length);
      case "write": {
        const handle = handles.changing(handles.file(request.handle));
        return writeAt(handle, request.offset, request.append !== 0, request.bytes, this.#budget);
      }
      case "stat":
        return this.#status.of(handles.get(request.handle).fd);
      case "set_size":
        return resize(handles.changing(handles.file(request.handle)), request.size, true, this.#budget);
      case "allocate":
        return resize(handles.changing(handles.file(request.handle)), request.offset + request.length, false, this.#budget);
      case "set_times": {
        const { fd, shared } = handles.changing(handles.get(request.handle));
        return this.#status.setTimes(fd, request, shared);
      }
      case "sync":
        fsyncSync(handles.get(request.handle).fd);
        return reply(ERRNO.success);
      case "list":
        return atOnce(this.#list(request));
      case "path_stat":
        return this.#at(request.directory, request.path, (place) => this.#status.of(place));
      case "path_set_times":
        handles.changing(handles.directory(request.directory));
        return this.#at(request.directory, request.path, (place) => this.#status.setTimes(place, request));
      case "make_directory":
        return this.#change(request.directory, request.path, (end) => makeDirectory(end, this.#budget));
      case "remove_directory":
        return this.#change(request.directory, request.path, removeDirectory);
      case "unlink":
        return this.#change(request.directory, request.path, unlinkName);
      case "rename": {
        const to = handles.changing(handles.directory(request.toDirectory));
        return this.#change(request.directory, request.path, (source) =>
          walk(to.fd, this.#parse(to, request.toPath, true), (target) => renameEnd(source, target)),
        );
      }
    }
  }

  #open(directory: number, path: string, flags: number): HostReply {
    const from = this.#handles.directory(directory);
    const parsed = this.#parse(from, path, changes(flags));
    if (changes(flags)) this.#handles.changing(from);
    if (wants(flags, OPEN.create) && wants(flags, OPEN.directory)) throw new FileFault(ERRNO.inval);
    this.#handles.requireFree();
    const opened = walk(from.fd, parsed, (end) => openEnd(end, flags, this.#budget));
    if (!changes(flags)) this.#handles.looking(from);
    const handle = { ...opened, root: from.root, read: wants(flags, OPEN.read), write: wants(flags, OPEN.write) };
    return reply(ERRNO.success, BigInt(this.#handles.add(handle)), this.#status.of(opened.fd).bytes);
  }

  *#list({ directory, cookie, length }: ListRequest): Generator<void, HostReply> {
    const handle = this.#handles.looking(this.#handles.directory(directory));
    if (cookie === 0n || handle.names === undefined) handle.names = yield* namesOf(handle.fd, this.#entries, this.#looks);
    const most = Math.min(length, MAX_CALL_BYTES);
    return reply(ERRNO.success, 0n, yield* packNames(handle.fd, handle.names, cookie, most, this.#looks));
  }

  #at(directory: number, path: string, use: (place: number) => HostReply): HostReply {
    const from = this.#handles.directory(directory);
    const parsed = this.#parse(from, path, false);
    this.#handles.looking(from);
    return walk(from.fd, parsed, (end) => atPlace(end, use));
  }

  #change(directory: number, path: string, change: (end: End) => void): HostReply {
    const from = this.#handles.directory(directory);
    const parsed = this.#parse(from, path, true);
    walk(this.#handles.changing(from).fd, parsed, change);
    return reply(ERRNO.success);
  }

  /** That one leads out of its root is kept, as a use that was refused. */
  #parse(from: Handle, path: string, change: boolean): ModulePath {
    try {
      return parseModulePath(path);
    } catch (error) {
      if (error instanceof FileFault && error.errno === ERRNO.notcapable) this.#handles.refused(from, change);
      throw error;
    }
  }
}

function atOnce<Result>(work: Generator<void, Result>): Result {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}
