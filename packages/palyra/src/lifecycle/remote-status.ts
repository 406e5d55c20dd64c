/** What is kept here of a status that a daemon has set (spec 6.2, 11.7). */
import { type JsonObject, readJson } from "palyra-skills/encoding";
import type { Call } from "../call.ts";
import { skillsFolder } from "../installed/index.ts";
import { newEvent, type SkillStatus, STATUS_EVENT } from "../journal/index.ts";
import { keepHead } from "./head.ts";
import type { Home } from "./home.ts";
import { folderIsThere, projectIfFree, type StatusDocument } from "./status.ts";

/** Events of one kind that others may have written of a skill since the daemon has answered. */
const MOST_SINCE = 50;

export interface RemoteStatus {
  /** As the daemon answered. */
  readonly document: StatusDocument;
  readonly status: SkillStatus;
  /** Its address. */
  readonly daemon: string;
}

/**
 * Reads the local row after a daemon has answered (T29). A daemon of this state root has written it, and nothing more is to be done. Another
 * one's answer is kept as an event here, as Palyra does: one that stops a skill stops it here too, one that frees it frees nothing here,
 * since the row decides beside it. Nothing is kept where no skills folder is.
 */
export async function recordRemoteStatus(home: Home, { document, status, daemon }: RemoteStatus, call: Call): Promise<void> {
  const folder = skillsFolder(home.places.skillsRoot);
  if (!(await folderIsThere(folder))) return;
  const { skill_id, version, reason = null, detected_at_ms, operator_principal } = document;
  const journal = await home.openJournal(home.places.journal, { create: true, auditFile: folder.audit });
  try {
    const { row } = await journal.status(skill_id, version);
    if (row?.status === status && row.detected_at_ms === detected_at_ms && row.operator_principal === operator_principal) return;
    const said = { skill_id, version, status, reason, detected_at_ms, operator_principal };
    // Somebody has set another status since: the daemon's event is there all the same, and is not to be written twice.
    const recent = await journal.events({ kinds: [STATUS_EVENT[status]], skillId: skill_id, last: MOST_SINCE });
    if (recent.some(({ payload_json }) => says(payload_json, said))) return;
    const payload = { ...said, daemon };
    const event = newEvent(home.newUlid(call.now), call, STATUS_EVENT[status], payload);
    await journal.transaction((writer) => writer.append(event), status === "active" ? {} : { stops: true });
    await projectIfFree(journal, folder, call);
    await keepHead(journal, call);
  } finally {
    await journal.close();
  }
}

function says(payloadJson: string, said: JsonObject): boolean {
  const read = readJson(payloadJson, (root) => root.value());
  const value = read.ok ? read.value : null;
  const found = typeof value === "object" && value !== null ? new Map(Object.entries(value)) : new Map();
  return Object.entries(said).every(([name, each]) => found.get(name) === each);
}
