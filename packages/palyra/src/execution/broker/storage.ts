/** Files of the granted roots by name, for `palyra:skills/host@1`: the same way to them as WASI has (spec 10.4). */

import { setImmediate as othersTurn } from "node:timers/promises";
import { ERRNO, HOST_ERROR, type HostReply, MAX_CALL_BYTES, OPEN, reply } from "palyra-sandbox/host-messages";
import { writeJson } from "palyra-skills/encoding";
import type { FileRequest, RootFiles } from "./files.ts";
import type { OpenRoot } from "./handles.ts";
import { ENTRIES_A_TURN } from "./listing.ts";

const DENIED: ReadonlySet<number> = new Set([ERRNO.notcapable, ERRNO.loop, ERRNO.acces, ERRNO.perm, ERRNO.rofs]);
const LARGE: ReadonlySet<number> = new Set([ERRNO.dquot, ERRNO.fbig, ERRNO.nospc, ERRNO.overflow, ERRNO.mfile]);
const INVALID: ReadonlySet<number> = new Set([
  ERRNO.inval,
  ERRNO.notdir,
  ERRNO.isdir,
  ERRNO.nametoolong,
  ERRNO.notempty,
  ERRNO.exist,
]);

/** An error number of WASI in the terms of this interface. */
function hostError(errno: number): number {
  if (errno === ERRNO.noent) return HOST_ERROR.notFound;
  if (DENIED.has(errno)) return HOST_ERROR.denied;
  if (LARGE.has(errno)) return HOST_ERROR.tooLarge;
  return INVALID.has(errno) ? HOST_ERROR.invalid : HOST_ERROR.failed;
}

class StorageFault extends Error {
  readonly code: number;

  constructor(code: number) {
    super(`storage ${code}`);
    this.name = "StorageFault";
    this.code = code;
  }
}

function succeeded(answer: HostReply): HostReply {
  if (answer.code !== ERRNO.success) throw new StorageFault(hostError(answer.code));
  return answer;
}

interface Place {
  readonly directory: number;
  readonly path: string;
}

/** Where preview 1 has a file's type and size, and an entry its parts. */
const STAT = { type: 16, size: 32, directory: 3 } as const;
const ENTRY = { bytes: 24, length: 16, type: 20 } as const;

export class Storage {
  readonly #files: RootFiles;
  readonly #roots: readonly OpenRoot[];
  readonly #newName: () => string;

  /** @param newName of a file that is not there yet */
  constructor(files: RootFiles, roots: readonly OpenRoot[], newName: () => string) {
    this.#files = files;
    this.#roots = roots;
    this.#newName = newName;
  }

  read(path: string, offset: bigint, length: number): Promise<HostReply> {
    return this.#answer(path, (place) =>
      this.#open(place, OPEN.read, (handle) =>
        this.#ask({ op: "read", handle, offset, length: Math.min(length, MAX_CALL_BYTES) }),
      ),
    );
  }

  /** `[{ "name": "notes.txt", "kind": "file", "size": 12 }]`, as the directory has them; a link or a device is no entry. Others have their turn (T40). */
  list(path: string): Promise<HostReply> {
    return this.#answer(path, (place) =>
      this.#open(place, OPEN.directory, async (directory) => {
        const entries = [];
        for (const [at, name] of (await this.#names(directory)).entries()) {
          if (at % ENTRIES_A_TURN === 0) await othersTurn();
          const { code, bytes } = this.#files.handle({ op: "path_stat", directory, path: name });
          if (code === ERRNO.badf) throw new StorageFault(HOST_ERROR.failed);
          if (code !== ERRNO.success) continue;
          const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
          const kind = view.getUint8(STAT.type) === STAT.directory ? "directory" : "file";
          entries.push({ name, kind, size: view.getBigUint64(STAT.size, true) });
        }
        const text = new TextEncoder().encode(writeJson(entries));
        if (text.byteLength > MAX_CALL_BYTES) throw new StorageFault(HOST_ERROR.tooLarge);
        return reply(0, 0n, text);
      }),
    );
  }

  /** The whole file at once or not at all: it is written beside, and takes the name when it is whole. */
  async write(path: string, bytes: Uint8Array): Promise<HostReply> {
    let beside: Place | undefined;
    try {
      const { directory, path: name } = this.#place(path);
      if (name === "." || name.endsWith("/")) throw new StorageFault(HOST_ERROR.invalid);
      beside = { directory, path: `${name.slice(0, name.lastIndexOf("/") + 1)}${this.#newName()}` };
      await this.#writeNew(beside, bytes);
      this.#ask({ op: "rename", ...beside, toDirectory: directory, toPath: name });
      return reply(0);
    } catch (error) {
      if (beside !== undefined) this.#files.handle({ op: "unlink", ...beside });
      if (error instanceof StorageFault) return reply(error.code);
      throw error;
    }
  }

  async #writeNew(place: Place, bytes: Uint8Array): Promise<void> {
    const handle = Number(this.#ask({ op: "open", ...place, flags: OPEN.create | OPEN.exclusive | OPEN.write }).value);
    try {
      this.#ask({ op: "write", handle, offset: 0n, append: 0, bytes });
      const { code } = await this.#files.sync(handle);
      if (code !== ERRNO.success) throw new StorageFault(hostError(code));
    } finally {
      this.#files.handle({ op: "close", handle });
    }
  }

  /** A file, or a directory that is empty. */
  remove(path: string): Promise<HostReply> {
    return this.#answer(path, (place) => {
      const { code } = this.#files.handle({ op: "unlink", ...place });
      if (code === ERRNO.isdir) return this.#ask({ op: "remove_directory", ...place });
      if (code !== ERRNO.success) throw new StorageFault(hostError(code));
      return reply(0);
    });
  }

  /** `<root>/<path>`; of roots within roots the innermost. */
  #place(path: string): Place {
    const inside = (name: string): boolean => path === name || path.startsWith(`${name}/`);
    let found: { readonly directory: number; readonly name: string } | undefined;
    for (const [directory, { name }] of this.#roots.entries())
      if (inside(name) && name.length > (found?.name.length ?? -1)) found = { directory, name };
    if (found === undefined) throw new StorageFault(HOST_ERROR.denied);
    const rest = path.slice(found.name.length + 1);
    return { directory: found.directory, path: rest === "" ? "." : rest };
  }

  async #open(place: Place, flags: number, use: (handle: number) => HostReply | Promise<HostReply>): Promise<HostReply> {
    const handle = Number(this.#ask({ op: "open", ...place, flags }).value);
    try {
      return await use(handle);
    } finally {
      this.#files.handle({ op: "close", handle });
    }
  }

  async #names(directory: number): Promise<string[]> {
    const names: string[] = [];
    for (let cookie = 0n; ; ) {
      const { bytes } = succeeded(await this.#files.list({ op: "list", directory, cookie, length: MAX_CALL_BYTES }));
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      let at = 0;
      while (at + ENTRY.bytes <= bytes.byteLength) {
        const end = at + ENTRY.bytes + view.getUint32(at + ENTRY.length, true);
        if (end > bytes.byteLength) break;
        const name = new TextDecoder().decode(bytes.subarray(at + ENTRY.bytes, end));
        if (name !== "." && name !== "..") names.push(name);
        cookie = view.getBigUint64(at, true);
        at = end;
      }
      if (bytes.byteLength < MAX_CALL_BYTES) return names;
    }
  }

  #ask(request: FileRequest): HostReply {
    return succeeded(this.#files.handle(request));
  }

  async #answer(path: string, work: (place: Place) => HostReply | Promise<HostReply>): Promise<HostReply> {
    try {
      return await work(this.#place(path));
    } catch (error) {
      if (error instanceof StorageFault) return reply(error.code);
      throw error;
    }
  }
}
