import * as v from "valibot";
import type { Call, Question } from "../../call.ts";
import { PalyraError } from "../../errors.ts";
import { measureSkillData, type SkillData } from "../../execution/index.ts";
import { type InstalledEntry, type InstalledIndex, readIndex, versionsOf } from "../../installed/index.ts";
import { type RemoveOutcome, recoverForReading, removeSkill, requireInstalled } from "../../lifecycle/index.ts";
import { flag } from "../field.ts";
import { operation } from "../operation.ts";
import { grantsLeft } from "../shared/grants-left.ts";
import { skillId, version } from "../shared/inputs.ts";
import { purgeData } from "../shared/purge-data.ts";
import { safe } from "../wording/safe.ts";
import { count, size } from "../wording/units.ts";

/**
 * Spec 11.3; ours are `next`, the version that is current now, and once no version is left `data_kept`, the folder of what the skill's tools have
 * written, or `data_removed`, what of it is gone.
 */
export interface RemoveDocument {
  readonly event_kind: "skill.removed";
  readonly skill_id: string;
  readonly removed_versions: readonly string[];
  readonly skills_root: string;
  readonly next?: RemoveOutcome["next"];
  readonly data_kept?: string;
  readonly data_removed?: SkillData;
}

/** What would go. */
export interface RemovePlanDocument {
  readonly dry_run: true;
  readonly skill_id: string;
  readonly versions: readonly string[];
  readonly versions_left: readonly string[];
  /** What its tools have written; null: nothing, or it stays since versions are left. */
  readonly data: SkillData | null;
  readonly data_goes: boolean;
}

export const remove = operation({
  input: v.strictObject({
    skillId,
    version,
    purgeData: flag("With the last version also what its tools have written (skill-data); asks first"),
    dryRun: flag("Say what would go, and remove nothing"),
  }),
  positional: ["skillId"],
  places: ["skillsDir", "trustStore"],
  examples: [
    "skills remove acme.echo_http",
    "skills remove acme.echo_http --version 1.0.0",
    "skills remove acme.echo_http --purge-data --dry-run",
  ],
  notes:
    "Without --version the current one; the highest that is left becomes current, with the more restrictive status of the two. The status of what is removed is remembered. What its tools have written (skill-data) stays, and a version that is installed later finds it, unless --purge-data says that it goes with the last version, or after it: that cannot be undone, so it asks; --yes answers, and has to where there is no terminal. Folders that an operator has granted as roots are his, and stay.",
  asks: true,
  errors: [
    "NotInstalled",
    "IndexInvalid",
    "JournalUnavailable",
    "LockTimeout",
    "Declined",
    "UnsafeStateRoot",
    "VaultUnavailable",
    "JournalChainBroken",
    "Io",
  ],
  run: async ({ home, settings }, asked, call): Promise<RemoveDocument | RemovePlanDocument> => {
    await recoverForReading(home, call);
    const stateRoot = settings.stateRoot.value;
    const { skillsRoot } = home.places;
    // Looked at first: what is not there makes no folder and no lock (spec 11.3).
    const index = await readIndex(skillsRoot);
    const found = measureSkillData(stateRoot, asked.skillId);
    const entry = meant(index, asked, found);
    const left = versionsOf(index, asked.skillId).filter((each) => each !== entry);
    const data = left.length === 0 ? found : undefined;
    if (asked.purgeData && left.length > 0 && found !== undefined)
      call.warn(`what its tools have written stays: ${left.map((each) => each.version).join(", ")} of it is left`);
    if (asked.dryRun) return planOf(asked.skillId, entry, left, { data, goes: asked.purgeData });
    const granted = left.length === 0 ? await grantsLeft(home, asked.skillId) : undefined;
    if (asked.purgeData && data !== undefined) await requireYes(asked.skillId, data, granted, call);
    const { skillId: id, version } = asked;
    const outcome: Omit<RemoveOutcome, "skill_id"> =
      entry === undefined
        ? { removed_versions: [] }
        : await removeSkill(home, { skillId: id, ...(version === undefined ? {} : { version }) }, call);
    const { removed_versions, next } = outcome;
    const document = { event_kind: "skill.removed", skill_id: id, removed_versions, skills_root: skillsRoot } as const;
    if (next !== undefined) return { ...document, next };
    if (granted !== undefined) call.warn(granted);
    if (asked.purgeData && data !== undefined && (await purgeData(home, stateRoot, id, call)))
      return { ...document, data_removed: data };
    const isGone = versionsOf(await readIndex(skillsRoot), id).length === 0;
    const kept = isGone ? measureSkillData(stateRoot, id) : undefined;
    return kept === undefined ? document : { ...document, data_kept: kept.folder };
  },
});

type Asked = { readonly skillId: string; readonly version?: string | undefined; readonly purgeData: boolean };

/** Undefined: nothing of it is installed any more, and what its tools have written is to go. `NotInstalled`. */
function meant(index: InstalledIndex, { skillId, version, purgeData }: Asked, data: SkillData | undefined) {
  const isAlone = purgeData && version === undefined && data !== undefined && versionsOf(index, skillId).length === 0;
  return isAlone ? undefined : requireInstalled(index, skillId, version);
}

function planOf(
  skill_id: string,
  entry: InstalledEntry | undefined,
  left: readonly InstalledEntry[],
  { data, goes }: { readonly data: SkillData | undefined; readonly goes: boolean },
): RemovePlanDocument {
  return {
    dry_run: true,
    skill_id,
    versions: entry === undefined ? [] : [entry.version],
    versions_left: left.map(({ version }) => version),
    data: data ?? null,
    data_goes: goes && data !== undefined,
  };
}

/** `Declined`; `Usage` where nobody can be asked. */
async function requireYes(id: string, data: SkillData, granted: string | undefined, { ask, yes }: Call): Promise<void> {
  if (yes === true) return;
  if (ask === undefined)
    throw new PalyraError("Usage", {
      problem: `nobody can be asked here whether what ${id} has written may go`,
      hint: "on a terminal it is asked; --yes says that it may",
    });
  if (!(await ask(questionOf(id, data, granted)))) throw new PalyraError("Declined", { what: `the removal of ${id}` });
}

const questionOf = (id: string, { folder, files, bytes, more }: SkillData, granted: string | undefined): Question => ({
  context: [
    `what the tools of ${safe(id)} have written goes for good:`,
    `  ${safe(folder)}: ${more ? "more than " : ""}${count(files, "file")}, ${size(bytes)}`,
    ...(granted === undefined ? [] : [granted]),
  ],
  question: `Remove ${safe(id)} and all of that?`,
});
