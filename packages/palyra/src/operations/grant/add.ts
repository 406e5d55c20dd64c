import { isIdentifier } from "palyra-skills/manifest";
import * as v from "valibot";
import { isEmptyGrant, NO_GRANTS } from "../../policy/index.ts";
import { operation } from "../operation.ts";
import { changeGrants } from "../shared/authorization-writes.ts";
import { skillId } from "../shared/inputs.ts";
import { grantRemarks, originRemarks, placeRemarks } from "./remarks.ts";
import { type GrantAddDocument, grantOptions, grantsDocument, typedGrants, withGrants } from "./shared.ts";

export const add = operation({
  input: v.strictObject({ skillId, ...grantOptions }),
  positional: ["skillId"],
  places: ["skillsDir"],
  examples: [
    "skills grant add acme.weather --bearer global/weather@api.example.com",
    "skills grant add acme.weather --global-key weather --max-wall-ms 2000",
    "skills grant add acme.notes --root out=/srv/notes --private-origin http://127.0.0.1:8080",
    "skills grant add acme.dice --frozen-clock 2026-01-31 --seed replay-7",
  ],
  notes:
    "Beside what its manifest declares. What changes nothing as the skill is now - a root or key that it does not declare, a limit above its own, a skill that is not here, a plain origin whose address is private, a folder or a secret that is not there yet - is kept, and said; a folder in or above what is palyra's own is refused. Limits only lower what the manifest says; a new one takes the place of the one before, which is told. What was approved before is asked for anew, since it binds what may be used. A server that gives back what it was sent can give a skill the secret that was inserted.",
  errors: ["AuthorizationRecordInvalid", "LockTimeout", "JournalUnavailable", "VaultUnavailable", "UnsafeStateRoot", "Io"],
  problem: ({ skillId: id, ...typed }) => {
    if (!isIdentifier(id)) return "SKILL is no skill's id";
    return isEmptyGrant(typedGrants(typed)) ? "nothing is granted: give at least one option" : undefined;
  },
  run: async (services, { skillId: id, ...typed }, call): Promise<GrantAddDocument> => {
    const { home } = services;
    const added = typedGrants(typed);
    const lacking = await placeRemarks(services, id, added);
    for (const remark of [...originRemarks(added), ...(await grantRemarks(home, id, added)), ...lacking]) call.warn(remark);
    let [earlier, granted] = [NO_GRANTS, NO_GRANTS];
    await changeGrants(home, call, (before) => {
      earlier = before.get(id) ?? NO_GRANTS;
      granted = withGrants(earlier, added);
      return { after: new Map([...before, [id, granted]]), payload: { skill_id: id, change: "add", ...grantedPayload(granted) } };
    });
    const replaced = Object.entries(earlier.limits).filter(([name]) => Object.hasOwn(added.limits, name));
    return { ...grantsDocument(id, granted), limits_before: Object.fromEntries(replaced) };
  },
});

/** For the journal: names of secrets are no secrets. */
export function grantedPayload({ hosts, global_keys, inserts, roots, limits, fixed }: typeof NO_GRANTS) {
  return {
    hosts: hosts.map((each) => ({ ...each })),
    global_keys,
    inserts: inserts.map(({ secret, host, header }) => `${secret}@${host}/${header}`),
    roots: roots.map((each) => ({ ...each })),
    limits: { ...limits },
    fixed: { ...fixed },
  };
}
