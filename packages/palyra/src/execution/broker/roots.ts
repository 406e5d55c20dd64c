/** The granted roots of a skill as open directories (spec 10.4, T23). */
import { closeSync, constants, mkdirSync, openSync, readlinkSync, realpathSync } from "node:fs";
import { basename, dirname, isAbsolute, join, sep } from "node:path";
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

/** Whose root it is: what to do about it is another than of a file of our own. */
interface Whose {
  readonly root: string;
  readonly skill_id: string;
}

/** `<state root>/skill-data/<skill_id>/<name>`, each folder of it 0700 and opened in the one before, never through a link. */
function openOwn({ name: root }: RootGrant, { stateRoot, skillId: skill_id }: RootPlaces): number {
  const names = [SKILL_DATA, skill_id, ...root.split("/")];
  const whose = { root, skill_id };
  if (names.some((each) => each === "" || each === "." || each === ".." || each.includes("*"))) {
    throw new PalyraError("UnsafeStateRoot", { folder: root, problem: "no folder can be made of this root's name", ...whose });
  }
  let folder = openFolder(stateRoot, stateRoot, constants.O_RDONLY | constants.O_DIRECTORY, whose);
  let told = stateRoot;
  for (const each of names) {
    const above = folder;
    told = join(told, each);
    try {
      makeFolder(inside(above, each), told, whose);
      folder = openFolder(inside(above, each), told, FOLDER, whose);
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

function openMapped({ name: root, mappedTo }: MappedRoot, places: RootPlaces): number {
  const whose = { root, skill_id: places.skillId };
  const unsafe = (problem: string) => new PalyraError("UnsafeStateRoot", { folder: mappedTo, problem, ...whose });
  if (!isAbsolute(mappedTo)) throw unsafe("a root can be put in an absolute place only");
  let fd: number;
  try {
    fd = openSync(mappedTo, constants.O_RDONLY | constants.O_DIRECTORY);
  } catch (error) {
    const code = systemCode(error);
    if (code === "ELOOP" || code === "ENOTDIR") throw unsafe("it, or what it lies in, is no folder");
    // It will be in none of our own places by being made later.
    const reaches = code === "ENOENT" ? reachedBy(futurePlace(mappedTo), places) : undefined;
    if (reaches !== undefined) throw unsafe(`it lies in or above ${reaches}`);
    throw asIo("open", mappedTo, error, whose);
  }
  try {
    // Where it is in truth, of what is open: no name is looked up twice.
    const reaches = reachedBy(readlinkSync(byDescriptor(fd)), places);
    if (reaches !== undefined) throw unsafe(`it lies in or above ${reaches}`);
    return fd;
  } catch (error) {
    closeSync(fd);
    throw asIo("open", mappedTo, error, whose);
  }
}

/** Which place of ours a folder lies in or above, but for the skill's own. */
function reachedBy(place: string, { stateRoot, skillId, guarded }: RootPlaces): string | undefined {
  if (isBelow(place, join(realPlace(stateRoot), SKILL_DATA, skillId))) return undefined;
  return [stateRoot, ...guarded].map(realPlace).find((guard) => isBelow(guard, place) || isBelow(place, guard));
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

/** Where a folder will be that is not there, by what there is of its path. */
function futurePlace(path: string): string {
  const above = dirname(path);
  try {
    return realpathSync(path);
  } catch {
    return above === path ? path : join(futurePlace(above), basename(path));
  }
}

/** @param told the place as a person knows it */
function makeFolder(path: string, told: string, whose: Whose): void {
  try {
    mkdirSync(path, 0o700);
  } catch (error) {
    if (systemCode(error) !== "EEXIST") throw asIo("make", told, error, whose);
  }
}

function openFolder(path: string, told: string, flags: number, whose: Whose): number {
  try {
    return openSync(path, flags);
  } catch (error) {
    if (systemCode(error) === "ELOOP" || systemCode(error) === "ENOTDIR") {
      const problem = "a link or a file lies where a root's folder must be";
      throw new PalyraError("UnsafeStateRoot", { folder: told, problem, ...whose });
    }
    throw asIo("open", told, error, whose);
  }
}
