import * as v from "valibot";
import { flag, text } from "../field.ts";
import { operation } from "../operation.ts";
import { changeApprovals } from "../shared/authorization-writes.ts";

export interface ApprovalRemoveDocument {
  readonly removed: readonly string[];
  /** With `--all`: the record could not be believed, so nobody knows what stood in it; now there is one of nothing. */
  readonly begun_anew: boolean;
}

export const remove = operation({
  input: v.strictObject({
    id: v.optional(text("ID", "Its id of 64 hex digits, or the first 8 or more of them; palyra skills approvals list shows 12")),
    skill: v.optional(text("SKILL", "All of this skill")),
    all: flag("All; also where the record of them cannot be believed"),
  }),
  positional: ["id"],
  places: ["skillsDir"],
  examples: ["skills approvals remove 3f9a02bc", "skills approvals remove --skill acme.echo", "skills approvals remove --all"],
  notes: "What was approved is asked for again the next time. What runs by it goes on.",
  errors: ["AuthorizationRecordInvalid", "LockTimeout", "JournalUnavailable", "VaultUnavailable", "UnsafeStateRoot", "Io"],
  problem: ({ id, skill, all }) => {
    if ([id !== undefined, skill !== undefined, all].filter(Boolean).length !== 1) return "give one of ID, --skill and --all";
    return id !== undefined && !/^[0-9a-f]{8,64}$/.test(id)
      ? "ID is an approval's id, or its first digits, 8 to 64 of them (0-9, a-f): palyra skills approvals list shows 12"
      : undefined;
  },
  run: async ({ home }, { id, skill, all }, call): Promise<ApprovalRemoveDocument> => {
    let removed: readonly string[] = [];
    const begun_anew = await changeApprovals(
      home,
      call,
      "skill.approval_removed",
      (before) => {
        const gone = before.filter((each) => all || each.skill_id === skill || (id !== undefined && each.id.startsWith(id)));
        removed = gone.map((each) => each.id);
        const about = skill === undefined ? {} : { skill_id: skill };
        return { after: before.filter((each) => !gone.includes(each)), payload: { ...about, approval_ids: removed, all } };
      },
      all,
    );
    return { removed, begun_anew };
  },
});
