import * as v from "valibot";
import { readIndex } from "../../installed/index.ts";
import { type RemoveOutcome, recoverForReading, removeSkill, requireInstalled } from "../../lifecycle/index.ts";
import { operation } from "../operation.ts";
import { skillId, version } from "../shared/inputs.ts";

/** Spec 11.3; `next` is ours: the version that is current now. */
export interface RemoveDocument {
  readonly event_kind: "skill.removed";
  readonly skill_id: string;
  readonly removed_versions: readonly string[];
  readonly skills_root: string;
  readonly next?: RemoveOutcome["next"];
}

export const remove = operation({
  input: v.strictObject({ skillId, version }),
  positional: ["skillId"],
  places: ["skillsDir", "trustStore"],
  examples: ["skills remove acme.echo_http", "skills remove acme.echo_http --version 1.0.0"],
  notes:
    "Without --version the current one; the highest that is left becomes current, with the more restrictive status of the two. The status of what is removed is remembered.",
  errors: ["NotInstalled", "IndexInvalid", "JournalUnavailable", "LockTimeout", "Io"],
  run: async ({ home }, { skillId, version }, call): Promise<RemoveDocument> => {
    await recoverForReading(home, call);
    // Looked at first: what is not there makes no folder and no lock (spec 11.3).
    requireInstalled(await readIndex(home.places.skillsRoot), skillId, version);
    const outcome = await removeSkill(home, { skillId, ...(version === undefined ? {} : { version }) }, call);
    const { skill_id, removed_versions, next } = outcome;
    return {
      event_kind: "skill.removed",
      skill_id,
      removed_versions,
      skills_root: home.places.skillsRoot,
      ...(next === undefined ? {} : { next }),
    };
  },
});
