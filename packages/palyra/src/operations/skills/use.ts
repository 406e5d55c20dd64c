import * as v from "valibot";
import type { Call } from "../../call.ts";
import { readIndex } from "../../installed/index.ts";
import type { Home } from "../../lifecycle/home.ts";
import { requireInstalled, type UseOutcome, useVersion } from "../../lifecycle/index.ts";
import { openInstalled } from "../../lifecycle/open-installed.ts";
import { flag } from "../field.ts";
import { operation } from "../operation.ts";
import { requiredVersion, skillId } from "../shared/inputs.ts";
import { problemOf } from "../shared/inventory.ts";
import { gatePorts } from "../shared/run-gate.ts";

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
    "Makes another installed version the current one. Whether its signer is trusted decides a launch, not this: it is said where it is not. It takes the more restrictive status of the two: where the one that was current is quarantined or disabled, `skills enable --override` lets the other run, before or after.",
  errors: ["NotInstalled", "DowngradeRefused", "ToolIdConflict", "IndexInvalid", "JournalUnavailable", "LockTimeout", "Io"],
  run: async ({ home }, { skillId, version, allowDowngrade }, call): Promise<UseDocument> => {
    const outcome = await useVersion(home, { skillId, version, allowDowngrade }, call);
    await remarkOnTrust(home, outcome, call);
    return { event_kind: "skill.used", ...outcome, skills_root: home.places.skillsRoot };
  },
});

/** Current, and still nothing that runs: better said now than at the first call. */
async function remarkOnTrust(home: Home, { skill_id, version }: UseOutcome, call: Call): Promise<void> {
  const entry = requireInstalled(await readIndex(home.places.skillsRoot), skill_id, version);
  try {
    await gatePorts(home).decide(await openInstalled(home, entry), call);
  } catch (error) {
    const { message } = await problemOf(error);
    call.warn(`${skill_id} ${version} does not run as it is: ${message}; palyra skills verify ${skill_id} --version ${version}`);
  }
}
