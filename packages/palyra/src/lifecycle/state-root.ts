import { lstatSync, type Stats, statSync } from "node:fs";
import { dirname, relative, resolve, sep } from "node:path";
import { PalyraError } from "../errors.ts";
import { ifThere, io, makeFolder } from "../files/index.ts";
import type { Home, Places } from "./home.ts";

/** Makes the skills folder where it is not there, its owner's alone, in a state root of mode 0700 (spec 5.1). `UnsafeStateRoot`, `Io`. */
export async function prepareRoots(home: Home): Promise<void> {
  const { stateRoot, skillsRoot } = home.places;
  if (usesStateRoot(home.places)) await io("use the folder", stateRoot, () => makeFolder(stateRoot, 0o700));
  await checkStateRoot(home);
  await io("use the folder", skillsRoot, () => makeFolder(skillsRoot, 0o700));
}

/**
 * Refuses a state root that is no folder (`Io`), and one that somebody else could change under us, like the folders of skills, trust
 * store and journal wherever they are (`UnsafeStateRoot`). One that is not there, or a state root that nothing of ours lies in, is none.
 */
export async function checkStateRoot(home: Home): Promise<void> {
  const { stateRoot, skillsRoot, trustStore, journal } = home.places;
  if (usesStateRoot(home.places)) {
    // What lies below a file is not "not there" (Node 22 and later say so of `throwIfNoEntry`): else the state would read as empty.
    const found = await io("use the folder", stateRoot, () => ifThere(async () => statSync(stateRoot)));
    if (found?.isDirectory() === false)
      throw new PalyraError("Io", { action: "use the folder", file: stateRoot, code: "ENOTDIR", in_the_way: stateRoot });
    refuseUnsafe(stateRoot, found);
  }
  await checkFolder(skillsRoot);
  for (const file of [trustStore, journal]) await checkFile(stateRoot, file);
}

/**
 * The folder of a file that may lie outside our own folders: an administrator's, and a shared one in which nobody can replace what is
 * another's (as `/tmp`), will do, if the file itself is ours or an administrator's.
 */
async function checkFile(stateRoot: string, file: string): Promise<void> {
  const folder = dirname(file);
  if (isWithin(stateRoot, file)) return checkFolder(folder);
  const found = looked(() => statSync(folder, IF_THERE));
  if (found?.uid !== 0 || (isWritableByOthers(found) && !isSticky(found))) return refuseUnsafe(folder, found);
  const owner = looked(() => lstatSync(file, IF_THERE))?.uid;
  if (owner !== undefined && owner !== 0 && owner !== process.getuid?.())
    throw new PalyraError("UnsafeStateRoot", {
      folder: file,
      problem: "it belongs to somebody else",
      file: true,
      of_another: true,
    });
}

/** At once, and not by the thread pool: each start of a tool looks. */
const IF_THERE = { throwIfNoEntry: false } as const;

/** Undefined too for what cannot be looked at. */
function looked(look: () => Stats | undefined): Stats | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}

const isWritableByOthers = ({ mode }: Stats): boolean => (mode & 0o022) !== 0;
const isSticky = ({ mode }: Stats): boolean => (mode & 0o1000) !== 0;

/** `UnsafeStateRoot`: others could change what lies in it. What is no folder, or cannot be looked at, whoever uses it will say. */
export async function checkFolder(folder: string): Promise<void> {
  refuseUnsafe(
    folder,
    looked(() => statSync(folder, IF_THERE)),
  );
}

function refuseUnsafe(folder: string, found: Stats | undefined): void {
  if (process.platform === "win32" || found?.isDirectory() !== true) return;
  if (found.uid !== process.getuid?.())
    throw new PalyraError("UnsafeStateRoot", { folder, problem: "it belongs to somebody else", of_another: true });
  if (isWritableByOthers(found)) throw new PalyraError("UnsafeStateRoot", { folder, problem: "others can write in it" });
}

/** Whether commands that only read may write in the skills folder: only in the home's own. One that was named is read as it is. T25. */
export function mayTidy({ places }: Home): boolean {
  return isWithin(places.stateRoot, places.skillsRoot);
}

function usesStateRoot({ stateRoot, skillsRoot, trustStore, journal }: Places): boolean {
  return [skillsRoot, trustStore, journal].some((place) => isWithin(stateRoot, place));
}

function isWithin(folder: string, path: string): boolean {
  const below = relative(resolve(folder), resolve(path));
  return below !== ".." && !below.startsWith(`..${sep}`) && resolve(folder, below) === resolve(path);
}
