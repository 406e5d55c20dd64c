/** What a call has open below its roots, by the numbers that its process knows (spec 10.4). */
import { closeSync } from "node:fs";
import { ERRNO } from "palyra-sandbox/host-messages";
import { FileFault } from "./fault.ts";
import type { Opened } from "./opening.ts";

export interface OpenRoot {
  readonly fd: number;
  readonly name: string;
  readonly write: boolean;
}

/** Something open. Its root says whether it may be changed, whatever a child asks. */
export interface Handle extends Opened {
  readonly root: OpenRoot;
  readonly read: boolean;
  readonly write: boolean;
  /** The same file, for what is added at its end at once: two calls may keep one log. */
  appending?: number;
  /** What a listing goes by until it begins anew. */
  names?: readonly string[];
}

/** How roots were used: by name, whether to change anything, and whether that was granted. */
export type NoteRoot = (root: string, change: boolean, granted: boolean) => void;

export class Handles {
  readonly #open = new Map<number, Handle>();
  readonly #most: number;
  readonly #roots: number;
  readonly #note: NoteRoot;
  #next: number;

  /** @param roots open; they are closed with it @param most open at once, roots included */
  constructor(roots: readonly OpenRoot[], most: number, note: NoteRoot) {
    this.#most = most;
    this.#note = note;
    this.#roots = roots.length;
    this.#next = roots.length;
    for (const [index, root] of roots.entries())
      this.#open.set(index, { fd: root.fd, kind: "directory", shared: false, root, read: true, write: false });
  }

  /** `badf` */
  get(number: number): Handle {
    const found = this.#open.get(number);
    if (found === undefined) throw new FileFault(ERRNO.badf);
    return found;
  }

  /** `badf`, `notdir` */
  directory(number: number): Handle {
    const found = this.get(number);
    if (found.kind !== "directory") throw new FileFault(ERRNO.notdir);
    return found;
  }

  /** `badf`, `isdir` */
  file(number: number): Handle {
    const found = this.get(number);
    if (found.kind !== "file") throw new FileFault(ERRNO.isdir);
    return found;
  }

  /** To look, which every root is granted for. */
  looking(handle: Handle): Handle {
    this.#note(handle.root.name, false, true);
    return handle;
  }

  /** To change something: only below a root that was granted for writing. `notcapable` */
  changing(handle: Handle): Handle {
    this.#note(handle.root.name, true, handle.root.write);
    if (!handle.root.write) throw new FileFault(ERRNO.notcapable);
    return handle;
  }

  /** What was asked for, and is nowhere below a root. */
  refused({ root }: Handle, change: boolean): void {
    this.#note(root.name, change, false);
  }

  /** Whether a number still means what it meant: what was closed meanwhile is a number that something else may have by now. */
  isStill(number: number, handle: Handle): boolean {
    return this.#open.get(number) === handle;
  }

  /** Before anything is opened for it. `mfile` */
  requireFree(): void {
    if (this.#open.size >= this.#most) throw new FileFault(ERRNO.mfile);
  }

  add(handle: Handle): number {
    const number = this.#next;
    this.#next += 1;
    this.#open.set(number, handle);
    return number;
  }

  /** Roots stay: what a child forgets of them is its own affair. `badf` */
  close(number: number): void {
    const handle = this.get(number);
    if (number < this.#roots) return;
    this.#open.delete(number);
    give(handle);
  }

  closeAll(): void {
    for (const handle of this.#open.values()) give(handle);
    this.#open.clear();
  }
}

function give({ fd, appending }: Handle): void {
  closeSync(fd);
  if (appending !== undefined) closeSync(appending);
}
