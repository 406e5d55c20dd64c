import * as v from "valibot";
import { type UseOutcome, useVersion } from "../../lifecycle/index.ts";
import { flag } from "../field.ts";
import { operation } from "../operation.ts";
import { requiredVersion, skillId } from "../shared/inputs.ts";

export interface UseDocument extends UseOutcome {
  readonly event_kind: "skill.used";
  readonly skills_root: string;
}

export const use = operation({
  input: v.strictObject({
    skillId,
    version: requiredVersion,
    allowDowngrade: flag("Let an older version than there has been become current"),
  }),
  positional: ["skillId"],
  places: ["skillsDir", "trustStore"],
  examples: ["skills use acme.echo_http --version 1.1.0", "skills use acme.echo_http --version 1.0.0 --allow-downgrade"],
  notes:
    "Makes another installed version the current one. It takes the more restrictive status of the two: where the one that was current is quarantined or disabled, `skills enable --override` lets the other run, before or after.",
  errors: ["NotInstalled", "DowngradeRefused", "ToolIdConflict", "IndexInvalid", "JournalUnavailable", "LockTimeout", "Io"],
  run: async ({ home }, { skillId, version, allowDowngrade }, call): Promise<UseDocument> => {
    const outcome = await useVersion(home, { skillId, version, allowDowngrade }, call);
    return { event_kind: "skill.used", ...outcome, skills_root: home.places.skillsRoot };
  },
});
