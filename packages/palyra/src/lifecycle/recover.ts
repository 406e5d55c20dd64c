import { rm } from "node:fs/promises";
import { join } from "node:path";
import { faultPoint, io, makeFolder } from "../files/index.ts";
import type { SkillsFolder } from "../installed/index.ts";
import type { Home } from "./home.ts";
import { readIntent } from "./intent.ts";
import { withJournals } from "./journals.ts";
import type { Plan } from "./plan.ts";
import { trustPlace } from "./trust-place.ts";
import { NothingStaged, type Walk, walkStep } from "./walk.ts";

/**
 * Under the root lock, first of all (spec 5.2): finishes the plan whose record a dead process left, or, where there is none, throws
 * away what it had staged. `IndexInvalid`: the record is none of ours. Whatever step fails, the record stays for the next.
 */
export async function recover(home: Home, folder: SkillsFolder): Promise<void> {
  const plan = await readIntent(home, folder);
  if (plan === undefined) return removeStaging(folder);
  await finish(home, folder, plan);
  await clearIntent(folder);
}

async function finish(home: Home, folder: SkillsFolder, plan: Plan): Promise<void> {
  const scratch = join(folder.staging, plan.ulid);
  await withJournals(home, folder, async (journal) => {
    const walk: Walk = {
      folder,
      plan,
      scratch,
      journal,
      trust: undefined,
      place: trustPlace(home),
      undo: undefined,
      conflict: false,
    };
    try {
      await io("create", scratch, () => makeFolder(scratch, 0o700));
      for (const step of plan.steps) await walkStep(walk, step);
    } catch (error) {
      if (!(error instanceof NothingStaged)) throw error;
    }
  });
}

/** The plan is through: its record goes first, then what it had staged. */
export async function clearIntent(folder: SkillsFolder): Promise<void> {
  await io("remove", folder.pending, async () => {
    faultPoint("intent.clear");
    await rm(folder.pending, { force: true });
    faultPoint("intent.cleared");
  });
  await removeStaging(folder);
}

async function removeStaging(folder: SkillsFolder): Promise<void> {
  await io("remove", folder.staging, () => rm(folder.staging, { recursive: true, force: true }));
}
