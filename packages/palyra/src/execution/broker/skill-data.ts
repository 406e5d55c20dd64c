/** What a skill's tools have written, as a whole: how much it is, and its end (spec 10.4, T23). */
import { randomBytes } from "node:crypto";
import { closeSync, constants, lstatSync, openSync, readdirSync, renameSync, rmdirSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { isSkillId } from "palyra-skills/manifest";
import { PalyraError } from "../../errors.ts";
import { asIo, systemCode } from "../../files/index.ts";
import { SKILL_DATA } from "../../installed/index.ts";
import { NO_DESCRIPTORS } from "./roots.ts";
import { byDescriptor, canWalk, inside } from "./walk.ts";

export interface SkillData {
  readonly folder: string;
  /** Whatever is no folder. */
  readonly files: number;
  readonly bytes: number;
  /** There is more: nobody counts to the end of millions. */
  readonly more: boolean;
}

const MOST_COUNTED = 10_000;
const FOLDER = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/** Undefined: a word that is no skill's id, and may name another place. */
function folderOf(stateRoot: string, skillId: string): string | undefined {
  return isSkillId(skillId) ? join(stateRoot, SKILL_DATA, skillId) : undefined;
}

/** Undefined: there is none. A link is counted as what it is, and not looked through. `Io`. */
export function measureSkillData(stateRoot: string, skillId: string): SkillData | undefined {
  const folder = folderOf(stateRoot, skillId);
  const found = folder === undefined ? undefined : lstatSync(folder, { throwIfNoEntry: false });
  if (folder === undefined || found === undefined) return undefined;
  if (!found.isDirectory()) return { folder, files: 1, bytes: 0, more: false };
  let [files, bytes, seen] = [0, 0, 0];
  const folders = [folder];
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    for (const entry of listed(next)) {
      if (seen++ >= MOST_COUNTED) return { folder, files, bytes, more: true };
      const path = join(next, entry.name);
      if (entry.isDirectory()) folders.push(path);
      else {
        files += 1;
        bytes += lstatSync(path, { throwIfNoEntry: false })?.size ?? 0;
      }
    }
  }
  return { folder, files, bytes, more: false };
}

function listed(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    // Gone meanwhile, or deeper than a path can name.
    if (["ENOENT", "ENAMETOOLONG"].includes(systemCode(error) ?? "")) return [];
    throw asIo("read", folder, error);
  }
}

/**
 * Removes it, by descriptors: each folder is opened in the one before, never through a link, so that nothing that is swapped meanwhile leads out of
 * it; a link is removed as one. However deep it is, three descriptors are enough: what lies in a folder of it is moved up before that is removed.
 * Whether there was any. `UnsafeStateRoot` where a link or a file lies in the place of the folder; `Io`.
 */
export function removeSkillData(stateRoot: string, skillId: string): boolean {
  const folder = folderOf(stateRoot, skillId);
  if (folder === undefined || lstatSync(folder, { throwIfNoEntry: false }) === undefined) return false;
  if (!canWalk()) throw new PalyraError("UnsafeStateRoot", { folder, problem: NO_DESCRIPTORS });
  const opened: number[] = [];
  const open = (path: string, flags: number): number => {
    const fd = openFolder(path, folder, flags);
    opened.push(fd);
    return fd;
  };
  try {
    const root = open(stateRoot, constants.O_RDONLY | constants.O_DIRECTORY);
    const all = open(inside(root, SKILL_DATA), FOLDER);
    const own = open(inside(all, skillId), FOLDER);
    empty(own, folder);
    rmdirSync(inside(all, skillId));
    return true;
  } catch (error) {
    throw error instanceof PalyraError ? error : asIo("remove", folder, error);
  } finally {
    for (const fd of opened) closeSync(fd);
  }
}

function empty(own: number, told: string): void {
  for (let names = readdirSync(byDescriptor(own)); names.length > 0; names = readdirSync(byDescriptor(own)))
    for (const name of names) removeEntry(own, name, told);
}

function removeEntry(own: number, name: string, told: string): void {
  const path = inside(own, name);
  if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) {
    unlinkSync(path);
    return;
  }
  const fd = openFolder(path, told, FOLDER);
  try {
    for (const each of readdirSync(byDescriptor(fd))) {
      const within = inside(fd, each);
      if (lstatSync(within, { throwIfNoEntry: false })?.isDirectory() === true)
        renameSync(within, inside(own, `.removed-${randomBytes(12).toString("hex")}`));
      else unlinkSync(within);
    }
  } finally {
    closeSync(fd);
  }
  rmdirSync(path);
}

function openFolder(path: string, told: string, flags: number): number {
  try {
    return openSync(path, flags);
  } catch (error) {
    if (systemCode(error) === "ELOOP" || systemCode(error) === "ENOTDIR")
      throw new PalyraError("UnsafeStateRoot", { folder: told, problem: "a link or a file lies in the place of a folder of it" });
    throw asIo("open", told, error);
  }
}
