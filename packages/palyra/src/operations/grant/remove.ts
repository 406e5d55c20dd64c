import * as v from "valibot";
import { isEmptyGrant, NO_GRANTS } from "../../policy/index.ts";
import { flag } from "../field.ts";
import { operation } from "../operation.ts";
import { changeGrants } from "../shared/authorization-writes.ts";
import { optionalSkillId } from "../shared/inputs.ts";
import { grantedPayload } from "./add.ts";
import { type GrantsDocument, grantOptions, grantsDocument, typedGrants, withoutGrants } from "./shared.ts";

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
    ...grantOptions,
    all: flag("All of the skill; without a skill all of every skill, also where the record cannot be believed"),
  }),
  positional: ["skillId"],
  places: ["skillsDir"],
  examples: [
    "skills grant remove acme.weather --global-key weather",
    "skills grant remove acme.weather --all",
    "skills grant remove --all",
  ],
  notes: "A limit is lifted whatever number is given with it.",
  errors: ["AuthorizationRecordInvalid", "LockTimeout", "JournalUnavailable", "VaultUnavailable", "UnsafeStateRoot", "Io"],
  problem: ({ skillId, all, ...typed }) => {
    const isNamed = !isEmptyGrant(typedGrants(typed));
    if (skillId === undefined && !all) return "give a SKILL, or --all";
    if (isNamed === all) return "give what is to go, or --all";
    return undefined;
  },
  run: async ({ home }, { skillId, all, ...typed }, call): Promise<GrantRemoveDocument> => {
    const gone = typedGrants(typed);
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

const countOf = ({ hosts, global_keys, inserts, roots, limits, fixed }: typeof NO_GRANTS): number =>
  [hosts, global_keys, inserts, roots, Object.keys(limits), Object.keys(fixed)].reduce((sum, { length }) => sum + length, 0);
