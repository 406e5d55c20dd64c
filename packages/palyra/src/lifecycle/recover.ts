import { rm } from "node:fs/promises";
import { join } from "node:path";
import { faultPoint, io, makeFolder } from "../files/index.ts";
import type { SkillsFolder } from "../installed/index.ts";
import { recordedHead } from "../journal/index.ts";
import { expectNone } from "./expected.ts";
import type { Home } from "./home.ts";
import { readIntent } from "./intent.ts";
import { withJournals } from "./journals.ts";
import type { Plan } from "./plan.ts";
import { trustPlace } from "./trust-place.ts";
import { NothingStaged, type Walk, walkStep } from "./walk.ts";

/** Before the root lock: a vault that is locked asks now, since no question is asked under a lock (spec 5.2). What is wrong with it, its user says. */
export async function unlock({ records, places }: Home): Promise<void> {
  await recordedHead(records, places.journal).catch(() => {});
}

/**
 * Under the root lock, first of all (spec 5.2): finishes the plan whose record a dead process left, or, where there is none, throws
 * away what it had staged. `IndexInvalid`: the record is none of ours. Whatever step fails, the record stays for the next.
 */
export async function recover(home: Home, folder: SkillsFolder): Promise<void> {
  const plan = await readIntent(home, folder);
  if (plan === undefined) {
    await expectNone(home, folder);
    return removeStaging(folder);
  }
  await finish(home, folder, plan);
  await clearIntent(home, folder);
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

/** The plan is through: its record goes first, then that it may be finished, then what it had staged. */
export async function clearIntent(home: Home, folder: SkillsFolder): Promise<void> {
  await io("remove", folder.pending, async () => {
    faultPoint("intent.clear");
    await rm(folder.pending, { force: true });
    faultPoint("intent.cleared");
  });
  await expectNone(home, folder);
  await removeStaging(folder);
}

async function removeStaging(folder: SkillsFolder): Promise<void> {
  await io("remove", folder.staging, () => rm(folder.staging, { recursive: true, force: true }));
}
