/** The part of recovery that every command loads: whether there is anything to recover. What does it comes when there is (habit 8). */
import { lstatSync } from "node:fs";
import type { Call } from "../call.ts";
import { PalyraError } from "../errors.ts";
import { io, withFreeLock } from "../files/index.ts";
import { type SkillsFolder, skillsFolder } from "../installed/index.ts";
import type { Home } from "./home.ts";
import { checkStateRoot, mayTidy } from "./state-root.ts";

/**
 * What a command that only reads calls first: refuses unsafe folders, and finishes what a dead process left, if nobody holds
 * the lock. Creates nothing; a folder that cannot be written is read as it is, and so is one outside the state root, whatever a stranger
 * laid in it: that one is for the commands that write. Spec 5.2, T5.
 */
export async function recoverForReading(home: Home, call: Call): Promise<void> {
  await checkStateRoot(home);
  const folder = skillsFolder(home.places.skillsRoot);
  if (!mayTidy(home)) {
    if (await isThere(folder, folder.pending))
      call.warn(`${folder.pending}: this is of an interrupted command; one that only reads leaves it as it is.`);
    return;
  }
  if (!(await isThere(folder, folder.pending)) && !(await isThere(folder, folder.staging))) return;
  const { recover, unlock } = await import("./recover.ts");
  await unlock(home);
  try {
    await withFreeLock(folder.lock, { purpose: "recovery", signal: call.signal }, () => recover(home, folder));
  } catch (error) {
    if (!(error instanceof PalyraError) || error.code !== "Io") throw error;
    call.warn("An earlier command was interrupted, and what it left cannot be tidied up now.");
  }
}

async function isThere({ root }: SkillsFolder, path: string): Promise<boolean> {
  return (await io("use the folder", root, async () => lstatSync(path, { throwIfNoEntry: false }))) !== undefined;
}
