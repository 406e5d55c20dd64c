import * as v from "valibot";
import type { Approval } from "../../policy/index.ts";
import { isOver } from "../../policy/index.ts";
import { operation } from "../operation.ts";
import { readApprovals } from "../shared/authorization-writes.ts";
import { optionalSkillId } from "../shared/inputs.ts";

export interface ApprovalsDocument {
  readonly count: number;
  readonly approvals: readonly Approval[];
}

export const list = operation({
  input: v.strictObject({ skillId: optionalSkillId }),
  positional: ["skillId"],
  places: ["skillsDir"],
  examples: ["skills approvals list", "skills approvals list acme.echo --json"],
  notes:
    "Each is for one person, surface, tool, artifact, set of grants and set of policies: where one of these is another by now, it lets nothing start.",
  errors: ["AuthorizationRecordInvalid", "VaultUnavailable", "UnsafeStateRoot", "Io"],
  run: async ({ home }, { skillId }, call): Promise<ApprovalsDocument> => {
    const all = await readApprovals(home);
    const approvals = all.filter(
      ({ skill_id, expires_at_unix_ms }) =>
        (skillId === undefined || skill_id === skillId) && !isOver(expires_at_unix_ms, call.now),
    );
    return { count: approvals.length, approvals };
  },
});
