import { join } from "node:path";
import type { Call } from "../call.ts";
import { asIo, faultPoint, io, makeFolder, type StagedFile, stageFolder, syncFolder, withLock } from "../files/index.ts";
import { folderPlace, type InstalledIndex, readIndex, type SkillsFolder, skillsFolder } from "../installed/index.ts";
import { type Journal, projectOutbox } from "../journal/index.ts";
import type { TrustWriter } from "../trust/index.ts";
import { inFolder } from "./events.ts";
import type { Home } from "./home.ts";
import { writeIntent } from "./intent.ts";
import { withJournals } from "./journals.ts";
import type { Plan } from "./plan.ts";
import { clearIntent, recover, unlock } from "./recover.ts";
import { prepareRoots } from "./state-root.ts";
import { trustPlace } from "./trust-place.ts";
import { stagedVersion, type Walk, walkStep } from "./walk.ts";

/** Write authority over the managed directory: exists only under its lock, after recovery (spec 5.2). */
export interface RootWriter {
  readonly folder: SkillsFolder;
  /** As it is now. `IndexInvalid`: then nothing that rests on it can be done, and it is left as it is. */
  index(): Promise<InstalledIndex>;
  /** The journal of this home, open for writing. */
  journal(): Promise<Journal>;
  /** Stages, writes the intent record and walks the steps. `trust`: where its lock is held already. */
  commit(plan: Plan, work?: { readonly version?: readonly StagedFile[]; readonly trust?: TrustWriter }): Promise<void>;
}

/** Runs `action` under the root lock, the only way to change what is installed. Recovers first. `LockTimeout`, `UnsafeStateRoot`, `Io`. */
export async function exclusively<Result>(
  home: Home,
  call: Call,
  purpose: string,
  action: (writer: RootWriter) => Promise<Result>,
  /** Without recovery nothing may be committed: a plan that waits would be lost. */
  { recoverFirst = true }: { readonly recoverFirst?: boolean } = {},
): Promise<Result> {
  await prepareRoots(home);
  const folder = skillsFolder(home.places.skillsRoot);
  await unlock(home);
  return withLock(folder.lock, { purpose, signal: call.signal }, async () => {
    if (recoverFirst) await recover(home, folder);
    return withJournals(
      home,
      folder,
      (journal) =>
        action({
          folder,
          index: () => readIndex(folder.root),
          journal: () => journal(home.places.journal),
          commit: (plan, work = {}) => commit({ home, folder, journal, call }, plan, work),
        }),
      call,
    );
  });
}

interface Committing {
  readonly home: Home;
  readonly folder: SkillsFolder;
  readonly journal: (file: string) => Promise<Journal>;
  readonly call: Call;
}

async function commit(
  { home, folder, journal, call }: Committing,
  unplaced: Plan,
  work: { readonly version?: readonly StagedFile[]; readonly trust?: TrustWriter },
): Promise<void> {
  const plan = inFolder(unplaced, await folderPlace(folder.root));
  const scratch = join(folder.staging, plan.ulid);
  const walk: Walk = { folder, plan, scratch, journal, trust: work.trust, place: trustPlace(home), undo: [], conflict: false };
  try {
    // A journal that is unusable, or not the one that the vault knows (T26), stops here, where nothing has changed yet.
    await (await journal(home.places.journal)).transaction(() => {}, { synced: false });
    faultPoint(`${plan.kind}.stage`);
    await io("create", scratch, () => makeFolder(scratch, 0o700));
    if (work.version !== undefined) await stageFolder(stagedVersion(walk), work.version);
    await syncFolder(folder.staging);
    // This is the commit: from here on a dead process's plan is finished by the next.
    await writeIntent(home, folder, plan, join(scratch, "intent"));
  } catch (error) {
    await clearIntent(home, folder).catch(() => {});
    throw asIo("write", folder.root, error);
  }
  await walkAll(home, walk, call);
  // All is done; a record that stays is walked again by the next command, and changes nothing.
  await clearIntent(home, folder).catch(() => call.warn(`${folder.pending} could not be removed; the next command tries again.`));
}

/** Walks all steps. One that fails while we live takes the ones before it back: the error changes nothing (spec 5.2). */
async function walkAll(home: Home, walk: Walk, call: Call): Promise<void> {
  for (const step of walk.plan.steps) {
    try {
      await walkStep(walk, step);
    } catch (error) {
      // What the journal has is done; the line goes on waiting there.
      if (step.do === "project") {
        call.warn(`${walk.folder.audit} could not be written; its lines wait in the journal.`);
        continue;
      }
      await takeBack(home, walk);
      throw asIo("write", walk.folder.root, error);
    }
  }
}

// The record goes last: killed meanwhile, the plan is finished instead. One that cannot be taken back is finished by the next command.
async function takeBack(home: Home, walk: Walk): Promise<void> {
  try {
    for (const undo of (walk.undo ?? []).toReversed()) await undo();
    await clearIntent(home, walk.folder);
  } catch {}
}

/** Events without a plan: one transaction, then their lines. */
export async function projectNow(writer: RootWriter, call: Call): Promise<void> {
  try {
    await projectOutbox(await writer.journal(), writer.folder.audit);
  } catch {
    call.warn(`${writer.folder.audit} could not be written; its lines wait in the journal.`);
  }
}
