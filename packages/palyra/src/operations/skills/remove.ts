import { lstat } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { ifThere } from "../../files/index.ts";
import { readIndex, SKILL_DATA, versionsOf } from "../../installed/index.ts";
import { type RemoveOutcome, recoverForReading, removeSkill, requireInstalled } from "../../lifecycle/index.ts";
import { operation } from "../operation.ts";
import { skillId, version } from "../shared/inputs.ts";

/** Spec 11.3; ours are `next`, the version that is current now, and `data_kept`, the folder of what the skill's tools have written, once no version is left. */
export interface RemoveDocument {
  readonly event_kind: "skill.removed";
  readonly skill_id: string;
  readonly removed_versions: readonly string[];
  readonly skills_root: string;
  readonly next?: RemoveOutcome["next"];
  readonly data_kept?: string;
}

export const remove = operation({
  input: v.strictObject({ skillId, version }),
  positional: ["skillId"],
  places: ["skillsDir", "trustStore"],
  examples: ["skills remove acme.echo_http", "skills remove acme.echo_http --version 1.0.0"],
  notes:
    "Without --version the current one; the highest that is left becomes current, with the more restrictive status of the two. The status of what is removed is remembered. What its tools have written (skill-data) stays: a version that is installed later finds it.",
  errors: ["NotInstalled", "IndexInvalid", "JournalUnavailable", "LockTimeout", "Io"],
  run: async ({ home, settings }, { skillId, version }, call): Promise<RemoveDocument> => {
    await recoverForReading(home, call);
    // Looked at first: what is not there makes no folder and no lock (spec 11.3).
    requireInstalled(await readIndex(home.places.skillsRoot), skillId, version);
    const outcome = await removeSkill(home, { skillId, ...(version === undefined ? {} : { version }) }, call);
    const { skill_id, removed_versions, next } = outcome;
    const isGone = versionsOf(await readIndex(home.places.skillsRoot), skill_id).length === 0;
    const data = isGone ? await dataOf(settings.stateRoot.value, skill_id) : undefined;
    return {
      event_kind: "skill.removed",
      skill_id,
      removed_versions,
      skills_root: home.places.skillsRoot,
      ...(next === undefined ? {} : { next }),
      ...(data === undefined ? {} : { data_kept: data }),
    };
  },
});

/** Where it is, if it is there: nobody's yes to a removal is one to the loss of what he has written with it. */
async function dataOf(stateRoot: string, id: string): Promise<string | undefined> {
  const folder = join(stateRoot, SKILL_DATA, id);
  return (await ifThere(() => lstat(folder))) === undefined ? undefined : folder;
}
