/** Opening what a path leads to: a regular file or a directory, and never what a link leads to (spec 10.4, T43). */
import { closeSync, constants, openSync } from "node:fs";
import { ERRNO, OPEN } from "palyra-sandbox/host-messages";
import { systemCode } from "../../files/index.ts";
import type { Budget } from "./budget.ts";
import { FileFault } from "./fault.ts";
import { byDescriptor, type End, inside, openPlace, type PlaceKind } from "./walk.ts";

const FRESH = constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
const FOLDER = constants.O_RDONLY | constants.O_DIRECTORY;

export interface Opened {
  readonly fd: number;
  readonly kind: PlaceKind;
  /** It had another name when it was opened, which may be anywhere. That it has one alone later says nothing: the other may be the one that is left. */
  readonly shared: boolean;
}

/** Flags of `open`, as they are asked for. */
export const wants = (flags: number, flag: number): boolean => (flags & flag) !== 0;
/** What only a root that was granted for writing allows. */
export const changes = (flags: number): boolean => wants(flags, OPEN.write | OPEN.create | OPEN.truncate);

export function openEnd({ fd, name, directory }: End, flags: number, budget: Budget): Opened {
  if (name === undefined) {
    if (wants(flags, OPEN.create) && wants(flags, OPEN.exclusive)) throw new FileFault(ERRNO.exist);
    if (changes(flags)) throw new FileFault(ERRNO.isdir);
    return { fd: openSync(inside(fd, "."), FOLDER), kind: "directory", shared: false };
  }
  if (!wants(flags, OPEN.create)) return openThere(fd, name, directory, flags);
  if (directory) throw new FileFault(ERRNO.isdir);
  try {
    return { fd: budget.make(fd, () => openSync(inside(fd, name), accessOf(flags) | FRESH, 0o600)), kind: "file", shared: false };
  } catch (error) {
    if (systemCode(error) !== "EEXIST" || wants(flags, OPEN.exclusive)) throw error;
  }
  return openThere(fd, name, directory, flags);
}

function openThere(fd: number, name: string, directory: boolean, flags: number): Opened {
  const { place, kind, names } = openPlace(fd, name);
  try {
    if (kind === "directory") {
      if (changes(flags)) throw new FileFault(ERRNO.isdir);
      return { fd: openSync(inside(place, "."), FOLDER), kind, shared: false };
    }
    if (directory || wants(flags, OPEN.directory)) throw new FileFault(ERRNO.notdir);
    const shared = names > 1;
    if (shared && wants(flags, OPEN.write | OPEN.truncate)) throw new FileFault(ERRNO.perm);
    // The very file that was looked at: no name is looked up again.
    return {
      fd: openSync(byDescriptor(place), accessOf(flags) | (wants(flags, OPEN.truncate) ? constants.O_TRUNC : 0)),
      kind,
      shared,
    };
  } finally {
    closeSync(place);
  }
}

function accessOf(flags: number): number {
  if (!wants(flags, OPEN.write | OPEN.truncate)) return constants.O_RDONLY;
  return wants(flags, OPEN.read) || !wants(flags, OPEN.write) ? constants.O_RDWR : constants.O_WRONLY;
}
