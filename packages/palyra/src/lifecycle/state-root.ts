import { stat } from "node:fs/promises";
import { relative, resolve, sep } from "node:path";
import { PalyraError } from "../errors.ts";
import { ifThere, io, makeFolder } from "../files/index.ts";
import type { Home, Places } from "./home.ts";

/** Makes the skills folder where it is not there, in a state root of mode 0700 (spec 5.1). `UnsafeStateRoot`, `Io`. */
export async function prepareRoots(home: Home): Promise<void> {
  const { stateRoot, skillsRoot } = home.places;
  if (usesStateRoot(home.places)) {
    await io("use the folder", stateRoot, () => makeFolder(stateRoot, 0o700));
    await checkStateRoot(home);
  }
  const mode = isWithin(stateRoot, skillsRoot) ? 0o700 : 0o755;
  await io("use the folder", skillsRoot, () => makeFolder(skillsRoot, mode));
}

/** Refuses a state root that is no folder (`Io`), or that somebody else could change under us (`UnsafeStateRoot`). One that is not there, or that nothing of ours lies in, is none. */
export async function checkStateRoot(home: Home): Promise<void> {
  const { stateRoot: folder } = home.places;
  if (!usesStateRoot(home.places)) return;
  const found = await ifThere(() => io("use the folder", folder, () => stat(folder)));
  if (found === undefined) return;
  // Else everything below it would read as not there, and the state as empty.
  if (!found.isDirectory()) throw new PalyraError("Io", { action: "use the folder", file: folder, code: "ENOTDIR" });
  if (process.platform === "win32") return;
  const problem =
    found.uid !== process.getuid?.()
      ? "it belongs to somebody else"
      : (found.mode & 0o022) !== 0
        ? "others can write in it"
        : undefined;
  if (problem !== undefined) throw new PalyraError("UnsafeStateRoot", { folder, problem });
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
