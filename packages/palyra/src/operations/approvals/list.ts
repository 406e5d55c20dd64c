import * as v from "valibot";
import { isOver } from "../../policy/index.ts";
import { operation } from "../operation.ts";
import { type ListedApproval, withFits } from "../shared/approval-fits.ts";
import { readApprovals } from "../shared/authorization-writes.ts";
import { optionalSkillId } from "../shared/inputs.ts";

export interface ApprovalsDocument {
  readonly count: number;
  readonly approvals: readonly ListedApproval[];
}

export const list = operation({
  input: v.strictObject({ skillId: optionalSkillId }),
  positional: ["skillId"],
  places: ["skillsDir", "authorizationPolicy"],
  examples: ["skills approvals list", "skills approvals list acme.echo --json"],
  notes:
    "Each is for one person, surface, tool, artifact, set of grants and set of policies: where one of these is another by now, it lets nothing start, and is shown as such. The policies are those that are in force for this command.",
  errors: ["AuthorizationRecordInvalid", "VaultUnavailable", "UnsafeStateRoot", "Io"],
  run: async (services, { skillId }, call): Promise<ApprovalsDocument> => {
    const all = await readApprovals(services.home);
    const approvals = all.filter(
      ({ skill_id, expires_at_unix_ms }) =>
        (skillId === undefined || skill_id === skillId) && !isOver(expires_at_unix_ms, call.now),
    );
    // As of receipts: an id that is misspelt has none.
    if (approvals.length === 0 && skillId !== undefined)
      call.warn(
        `nothing of ${skillId} is approved: palyra skills approvals list shows what is, palyra skills list what is installed`,
      );
    return { count: approvals.length, approvals: await withFits(services, approvals, call) };
  },
});
