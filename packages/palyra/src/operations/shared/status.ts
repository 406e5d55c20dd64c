import type { JsonObject, JsonValue } from "palyra-skills/encoding";
import * as v from "valibot";
import type { Call } from "../../call.ts";
import { PalyraError } from "../../errors.ts";
import { recordRemoteStatus, resolveSubject, type StatusDocument, type StatusRequest } from "../../lifecycle/index.ts";
import type { Services } from "../services.ts";
import { reason, skillId, version } from "./inputs.ts";

/** What quarantine, disable and enable take (spec 11.6). */
export const statusInput = { skillId, version, reason };

export const STATUS_ERRORS = [
  "NotInstalled",
  "IndexInvalid",
  "JournalUnavailable",
  "LockTimeout",
  "DaemonUnreachable",
  "DaemonRefused",
  "UnsafeStateRoot",
  "Io",
] as const;

export const statusOnly = v.strictObject(statusInput);

const VERB = { active: "enable", quarantined: "quarantine", disabled: "disable" } as const;

/** Sets a status by the daemon that was named, else here (spec 6.2, 11.6). Either way the answer is the same document. */
export async function changeStatusByDaemon(
  { home, daemon }: Services,
  request: StatusRequest,
  call: Call,
  here: () => Promise<StatusDocument>,
): Promise<StatusDocument> {
  if (daemon === undefined) return here();
  const { status, reason } = request;
  const { skill_id, version } = await resolveSubject(home, request);
  const body: JsonObject = {
    version,
    ...(reason === undefined ? {} : { reason }),
    ...(status === "active" ? { override: true } : {}),
  };
  const answer = await daemon.post(`skills/${encodeURIComponent(skill_id)}/${VERB[status]}`, body);
  if (answer === undefined) return here();
  const said = v.safeParse(ANSWER, answer);
  // T29: what answers may be anybody; an answer to another question is none.
  const fits =
    said.success && said.output.skill_id === skill_id && said.output.version === version && said.output.status === status;
  if (!fits) throw new PalyraError("DaemonUnreachable", { url: daemon.name, problem: answerProblem(answer) });
  const { detected_at_ms, operator_principal, reason: told } = said.output;
  const why = typeof told === "string" ? { reason: told } : {};
  const document = { skill_id, version, status, ...why, detected_at_ms, operator_principal };
  await recordRemoteStatus(home, { document, status, daemon: daemon.name }, call);
  return document;
}

const ANSWER = v.object({
  skill_id: v.string(),
  version: v.string(),
  status: v.string(),
  reason: v.nullish(v.string()),
  detected_at_ms: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  operator_principal: v.string(),
});

function answerProblem(answer: JsonValue): string {
  const said = v.safeParse(v.object({ status: v.string() }), answer);
  return `its answer is not to what was asked${said.success ? ` (it says ${JSON.stringify(said.output.status.slice(0, 40))})` : ""}`;
}
