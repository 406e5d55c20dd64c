/** The part of recovery that every command loads: whether there is anything to recover. What does it comes when there is (habit 8). */
import { lstat } from "node:fs/promises";
import type { Call } from "../call.ts";
import { PalyraError } from "../errors.ts";
import { ifThere, io, withFreeLock } from "../files/index.ts";
import { type SkillsFolder, skillsFolder } from "../installed/index.ts";
import type { Home } from "./home.ts";
import { checkStateRoot } from "./state-root.ts";

/**
 * What a command that only reads calls first: refuses an unsafe state root, and finishes what a dead process left, if nobody holds
 * the lock. Creates nothing; a folder that cannot be written is read as it is. Spec 5.2.
 */
export async function recoverForReading(home: Home, call: Call): Promise<void> {
  await checkStateRoot(home);
  const folder = skillsFolder(home.places.skillsRoot);
  if (!(await isUnfinished(folder))) return;
  try {
    await withFreeLock(folder.lock, { purpose: "recovery", signal: call.signal }, async () => {
      const { recover } = await import("./recover.ts");
      await recover(home, folder);
    });
  } catch (error) {
    if (!(error instanceof PalyraError) || error.code !== "Io") throw error;
    call.warn("An earlier command was interrupted, and what it left cannot be tidied up now.");
  }
}

/** Two looks, however many skills there are. */
async function isUnfinished(folder: SkillsFolder): Promise<boolean> {
  for (const path of [folder.pending, folder.staging])
    if ((await ifThere(() => io("use the folder", folder.root, () => lstat(path)))) !== undefined) return true;
  return false;
}
