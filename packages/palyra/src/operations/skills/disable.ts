import { changeStatus, type StatusDocument } from "../../lifecycle/index.ts";
import { operation } from "../operation.ts";
import { changeStatusByDaemon, STATUS_ERRORS, statusOnly } from "../shared/status.ts";

export const disable = operation({
  input: statusOnly,
  positional: ["skillId"],
  places: ["skillsDir"],
  examples: ['skills disable acme.echo_http --reason "not needed now"'],
  notes: "Nobody loads it until it is enabled again. Without --version the current one; with it nothing need be installed.",
  http: {
    method: "POST",
    path: "/admin/v1/skills/{skill_id}/disable",
    fields: ["version", "reason"],
    required: ["version"],
    byDaemon: true,
  },
  errors: STATUS_ERRORS,
  run: async (services, input, call): Promise<StatusDocument> => {
    const request = { ...input, status: "disabled" } as const;
    return changeStatusByDaemon(services, request, call, () => changeStatus(services.home, request, call));
  },
});
