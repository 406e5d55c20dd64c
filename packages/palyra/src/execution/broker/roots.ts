/** The granted roots of a skill as open directories (spec 10.4, T23). */
import { closeSync, constants, mkdirSync, openSync, readlinkSync, realpathSync } from "node:fs";
import { isAbsolute, sep } from "node:path";
import { PalyraError } from "../../errors.ts";
import { asIo, systemCode } from "../../files/index.ts";
import { SKILL_DATA } from "../../installed/index.ts";
import { byDescriptor, canWalk, inside } from "./walk.ts";

export interface RootGrant {
  /** As the manifest has it: a relative path (spec 1.3). */
  readonly name: string;
  readonly write: boolean;
  /** Where the operator has put it; absent: below the skill's own folder. */
  readonly mappedTo?: string;
}

export interface RootPlaces {
  readonly stateRoot: string;
  readonly skillId: string;
  /** What else no root may be in, or above: the vault, the journal, the skills, wherever they are. */
  readonly guarded: readonly string[];
}

const FOLDER = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/** Opens each, in their order, and makes those that are not there. `UnsafeStateRoot`, `Io`. Whoever calls closes them. */
export function openRoots(grants: readonly RootGrant[], places: RootPlaces): number[] {
  if (grants.length === 0) return [];
  if (!canWalk()) throw new PalyraError("UnsafeStateRoot", { folder: places.stateRoot, problem: NO_DESCRIPTORS });
  const opened: number[] = [];
  try {
    for (const grant of grants)
      opened.push(
        grant.mappedTo === undefined ? openOwn(grant, places) : openMapped({ ...grant, mappedTo: grant.mappedTo }, places),
      );
    return opened;
  } catch (error) {
    for (const fd of opened) closeSync(fd);
    throw error;
  }
}

export const NO_DESCRIPTORS =
  "this system has no way to files that a swapped link does not lead out of, so no roots are granted here (spec 10.4)";

/** `<state root>/skill-data/<skill_id>/<name>`, each folder of it 0700 and opened in the one before, never through a link. */
function openOwn({ name }: RootGrant, { stateRoot, skillId }: RootPlaces): number {
  const names = [SKILL_DATA, skillId, ...name.split("/")];
  if (names.some((each) => each === "" || each === "." || each === ".." || each.includes("*"))) {
    throw new PalyraError("UnsafeStateRoot", { folder: name, problem: "no folder can be made of this root's name" });
  }
  let folder = openFolder(stateRoot, stateRoot, constants.O_RDONLY | constants.O_DIRECTORY);
  for (const each of names) {
    const above = folder;
    try {
      makeFolder(inside(above, each));
      folder = openFolder(inside(above, each), each, FOLDER);
    } finally {
      closeSync(above);
    }
  }
  return folder;
}

/** Whether a root could be laid there now; nothing is made. `UnsafeStateRoot`, `Io`. */
export function checkMappedRoot(grant: MappedRoot, places: RootPlaces): void {
  if (canWalk()) closeSync(openMapped(grant, places));
}

export type MappedRoot = Pick<RootGrant, "name"> & { readonly mappedTo: string };

function openMapped({ name: root, mappedTo }: MappedRoot, { stateRoot, skillId, guarded }: RootPlaces): number {
  // Whose root it is: what to do about it is another than of a folder of our own.
  const unsafe = (problem: string) => new PalyraError("UnsafeStateRoot", { folder: mappedTo, problem, root, skill_id: skillId });
  if (!isAbsolute(mappedTo)) throw unsafe("a root can be put in an absolute place only");
  let fd: number;
  try {
    fd = openSync(mappedTo, constants.O_RDONLY | constants.O_DIRECTORY);
  } catch (error) {
    const code = systemCode(error);
    if (code === "ELOOP" || code === "ENOTDIR") throw unsafe("it, or what it lies in, is no folder");
    throw asIo("open", mappedTo, error);
  }
  try {
    // Where it is in truth, of what is open: no name is looked up twice.
    const place = readlinkSync(byDescriptor(fd));
    const own = `${realpathSync(stateRoot)}${sep}${SKILL_DATA}${sep}${skillId}`;
    const reaches = [stateRoot, ...guarded].map(realPlace).find((guard) => isBelow(guard, place) || isBelow(place, guard));
    if (reaches !== undefined && !isBelow(place, own)) {
      throw unsafe(`a root lies in or above ${reaches}`);
    }
    return fd;
  } catch (error) {
    closeSync(fd);
    throw asIo("open", mappedTo, error);
  }
}

/** The place itself, or below it. */
const isBelow = (path: string, above: string): boolean =>
  path === above || path.startsWith(above.endsWith(sep) ? above : above + sep);

/** What is not there yet is where it will be. */
function realPlace(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, 0o700);
  } catch (error) {
    if (systemCode(error) !== "EEXIST") throw asIo("make", path, error);
  }
}

function openFolder(path: string, told: string, flags: number): number {
  try {
    return openSync(path, flags);
  } catch (error) {
    if (systemCode(error) === "ELOOP" || systemCode(error) === "ENOTDIR") {
      throw new PalyraError("UnsafeStateRoot", { folder: told, problem: "a link or a file lies where a root's folder must be" });
    }
    throw asIo("open", told, error);
  }
}
