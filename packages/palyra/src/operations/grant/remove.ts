import { resolve } from "node:path";
import * as v from "valibot";
import { PalyraError } from "../../errors.ts";
import { isEmptyGrant, NO_GRANTS, type RootGrant } from "../../policy/index.ts";
import { flag } from "../field.ts";
import { operation } from "../operation.ts";
import { changeGrants } from "../shared/authorization-writes.ts";
import { optionalSkillId } from "../shared/inputs.ts";
import { grantedPayload } from "./add.ts";
import { goneGrants, goneOptions, withoutGrants } from "./gone.ts";
import { type GrantsDocument, grantsDocument } from "./shared.ts";

export interface GrantRemoveDocument {
  /** What is left of each skill that was named; all of them with `--all`. */
  readonly skills: readonly GrantsDocument[];
  /** False: nothing of it was granted, and nothing was written. */
  readonly changed: boolean;
  /** With `--all` alone: the record could not be believed, so nobody knows what stood in it; now there is one of nothing. */
  readonly begun_anew: boolean;
}

export const remove = operation({
  input: v.strictObject({
    skillId: optionalSkillId,
    ...goneOptions,
    all: flag("All of the skill; without a skill all of every skill, also where the record cannot be believed"),
  }),
  positional: ["skillId"],
  places: ["skillsDir"],
  examples: [
    "skills grant remove acme.weather --global-key weather",
    "skills grant remove acme.notes --root out --max-fuel",
    "skills grant remove acme.weather --all",
    "skills grant remove --all",
  ],
  notes:
    "Limits, --frozen-clock and --seed are lifted by their names; a value may stand with each, as grant add takes it, and says nothing.",
  errors: ["AuthorizationRecordInvalid", "LockTimeout", "JournalUnavailable", "VaultUnavailable", "UnsafeStateRoot", "Io"],
  problem: ({ skillId, all, ...typed }) => {
    const isNamed = !isEmptyGrant(goneGrants(typed));
    if (skillId === undefined && !all) return "give a SKILL, or --all";
    if (isNamed === all) return "give what is to go, or --all";
    return undefined;
  },
  run: async ({ home }, { skillId, all, ...typed }, call): Promise<GrantRemoveDocument> => {
    const gone = goneGrants(typed);
    let left = NO_GRANTS;
    let changed = true;
    const begun_anew = await changeGrants(
      home,
      call,
      (before, isAnew) => {
        if (skillId === undefined) {
          changed = isAnew || before.size > 0;
          return changed ? { after: new Map(), payload: { change: "remove", all } } : undefined;
        }
        const granted = before.get(skillId) ?? NO_GRANTS;
        requireFolders(granted.roots, gone.roots);
        left = all ? NO_GRANTS : withoutGrants(granted, gone);
        changed = countOf(left) < countOf(granted);
        if (!changed) return undefined;
        return {
          after: new Map([...before, [skillId, left]]),
          payload: { skill_id: skillId, change: "remove", ...grantedPayload(left) },
        };
      },
      skillId === undefined && all,
    );
    return { skills: skillId === undefined ? [] : [grantsDocument(skillId, left)], changed, begun_anew };
  },
});

/** Who names the folder of a root means that one. `Usage` */
function requireFolders(granted: readonly RootGrant[], gone: readonly RootGrant[]): void {
  for (const { root, folder } of gone) {
    const lies = granted.find((each) => each.root === root)?.folder;
    if (folder === "" || lies === undefined || resolve(lies) === resolve(folder)) continue;
    const problem = `--root ${root}=${folder}: ${root} lies in another folder, ${lies}`;
    throw new PalyraError("Usage", { problem, hint: `--root ${root} takes it back, wherever it lies` });
  }
}

const countOf = ({ hosts, global_keys, inserts, roots, limits, fixed }: typeof NO_GRANTS): number =>
  [hosts, global_keys, inserts, roots, Object.keys(limits), Object.keys(fixed)].reduce((sum, { length }) => sum + length, 0);
