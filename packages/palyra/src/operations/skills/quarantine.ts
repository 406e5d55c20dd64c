import { changeStatus, type StatusDocument } from "../../lifecycle/index.ts";
import { operation } from "../operation.ts";
import { changeStatusByDaemon, STATUS_ERRORS, statusOnly } from "../shared/status.ts";

export const quarantine = operation({
  input: statusOnly,
  positional: ["skillId"],
  places: ["skillsDir"],
  examples: ['skills quarantine acme.echo_http --reason "reported by a user"'],
  notes:
    "Stops it at once, on every surface. Only --override starts it again. Without --version the current one; with it nothing need be installed.",
  http: {
    method: "POST",
    path: "/admin/v1/skills/{skill_id}/quarantine",
    fields: ["version", "reason"],
    required: ["version"],
    byDaemon: true,
  },
  errors: STATUS_ERRORS,
  run: async (services, input, call): Promise<StatusDocument> => {
    const request = { ...input, status: "quarantined" } as const;
    return changeStatusByDaemon(services, request, call, () => changeStatus(services.home, request, call));
  },
});
