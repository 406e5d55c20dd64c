import * as v from "valibot";
import { changeStatus, resolveSubject, type StatusDocument } from "../../lifecycle/index.ts";
import { flag } from "../field.ts";
import { operation } from "../operation.ts";
import { changeStatusByDaemon, STATUS_ERRORS, statusInput } from "../shared/status.ts";
import { requireThere, warnOfDamage } from "../shared/tampering.ts";
import { requireNoToolConflict } from "../shared/tool-conflict.ts";

export const enable = operation({
  input: v.strictObject({
    ...statusInput,
    override: flag("Needed: somebody stopped this skill, and you say that it may run all the same"),
  }),
  positional: ["skillId"],
  places: ["skillsDir"],
  examples: ['skills enable acme.echo_http --override --reason "reviewed: a false alarm"'],
  notes: "Lets a quarantined or disabled skill run again, or admits one that has no status yet.",
  http: {
    method: "POST",
    path: "/admin/v1/skills/{skill_id}/enable",
    fields: ["version", "reason", "override"],
    required: ["version", "override"],
    byDaemon: true,
  },
  errors: ["ArtifactDigestMismatch", "ToolIdConflict", ...STATUS_ERRORS],
  // Before anything else, whether the skill is there or not (spec 11.6).
  problem: ({ override }) => (override ? undefined : "--override is missing: enabling overrides what stopped the skill"),
  run: async (services, { skillId, version, reason }, call): Promise<StatusDocument> => {
    const { home } = services;
    const request = { skillId, version, reason, status: "active" } as const;
    const document = await changeStatusByDaemon(services, request, call, async () => {
      await requireThere(home, await resolveSubject(home, request));
      await requireNoToolConflict(home, skillId, version, call);
      return changeStatus(home, request, call);
    });
    await warnOfDamage(home, document, call);
    return document;
  },
});
