/**
 * The way to a file below a directory, by descriptors (T43): each name is opened in the directory that was opened before it, never through a link,
 * so that nothing that is swapped meanwhile leads out. `..` goes back to the descriptor before, and never asks the disk.
 */
import { closeSync, constants, fstatSync, lstatSync, openSync } from "node:fs";
import { ERRNO } from "palyra-sandbox/host-messages";
import { systemCode } from "../../files/index.ts";
import { FileFault } from "./fault.ts";
import type { ModulePath } from "./path.ts";

/** Linux's, which Node does not name: a descriptor that is a place, and opens nothing (no pipe is waited for, no device touched). */
const O_PATH = 0o10000000;
const PLACE = O_PATH | constants.O_NOFOLLOW;

/** There are descriptors to walk by: Linux, with `/proc`. */
export function canWalk(): boolean {
  if (process.platform !== "linux") return false;
  try {
    const fd = openSync("/", PLACE | constants.O_DIRECTORY);
    try {
      return lstatSync(inside(fd, ".")).isDirectory();
    } finally {
      closeSync(fd);
    }
  } catch {
    return false;
  }
}

/** What an open descriptor is, as a path that needs no name of it to stay. */
export const byDescriptor = (fd: number): string => `/proc/self/fd/${fd}`;
/** A name in an open directory. */
export const inside = (fd: number, name: string): string => `/proc/self/fd/${fd}/${name}`;

/** Where a path ends: a name in a directory that is open; no name where it is that directory itself. */
export interface End {
  readonly fd: number;
  readonly name?: string;
  readonly directory: boolean;
}

/** Walks from an open directory, and closes what it opened when `use` has done. */
export function walk<Result>(from: number, { names, directory }: ModulePath, use: (end: End) => Result): Result {
  const opened: number[] = [];
  try {
    const last = names.at(-1);
    const ends = last !== undefined && last !== "..";
    for (const name of ends ? names.slice(0, -1) : names) {
      const above = opened.at(-1) ?? from;
      if (name !== "..") opened.push(openFolder(above, name));
      else closeSync(opened.pop() ?? outside());
    }
    const fd = opened.at(-1) ?? from;
    return use(ends ? { fd, name: last, directory } : { fd, directory });
  } finally {
    for (const fd of opened) closeSync(fd);
  }
}

function openFolder(above: number, name: string): number {
  try {
    return openSync(inside(above, name), PLACE | constants.O_DIRECTORY);
  } catch (error) {
    // A link is told as one; which of the two it was when it was opened changes nothing but the number.
    if (systemCode(error) === "ENOTDIR" && lstatSync(inside(above, name)).isSymbolicLink()) throw new FileFault(ERRNO.loop);
    throw error;
  }
}

/** `parseModulePath` lets no path above its start. */
function outside(): never {
  throw new FileFault(ERRNO.notcapable);
}

export type PlaceKind = "file" | "directory";

/** Opens what is there as a place, without following or touching it: a regular file or a directory, or `loop`, `acces`. */
export function openPlace(
  fd: number,
  name: string,
): { readonly place: number; readonly kind: PlaceKind; readonly names: number } {
  const place = openSync(inside(fd, name), PLACE);
  try {
    const stat = fstatSync(place);
    if (stat.isSymbolicLink()) throw new FileFault(ERRNO.loop);
    if (!stat.isFile() && !stat.isDirectory()) throw new FileFault(ERRNO.acces);
    return { place, kind: stat.isFile() ? "file" : "directory", names: stat.nlink };
  } catch (error) {
    closeSync(place);
    throw error;
  }
}
