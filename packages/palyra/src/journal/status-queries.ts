/** What the journal says of statuses, by the index of its events (spec 5.3). */
import type { Database, SqlValue } from "../files/index.ts";
import { statusKey } from "./effective.ts";
import { statusOfEvent } from "./events.ts";
import { LastStatuses } from "./last-statuses.ts";
import type { EffectiveStatus } from "./records.ts";
import { IS_STATUS_EVENT, STATUS_KEY, type Tables } from "./schema.ts";
import { readRows, StatusRows } from "./status-rows.ts";
import { text } from "./text.ts";

const EVENT_COLUMNS = ["seq", "payload_json", "timestamp_unix_ms", STATUS_KEY];

export function readStatus(database: Database, tables: Tables, skillId: string, version: string): EffectiveStatus {
  const events = new LastStatuses();
  if (tables.events)
    // The last one of this skill, and the last whose skill is lost.
    for (const key of [statusKey(skillId, version), ""])
      database.select(
        EVENT_COLUMNS,
        `FROM skill_events WHERE ${IS_STATUS_EVENT} AND ${STATUS_KEY} = ?1 ORDER BY seq DESC LIMIT 1`,
        [key],
        (columns) => take(events, columns),
      );
  return events.status(readRows(database, tables, skillId, version), skillId, version);
}

/** `scanned`: by the events themselves, whatever the indexes of the file say (T26). */
export function readStatuses(
  database: Database,
  tables: Tables,
  how: "indexed" | "scanned" = "indexed",
  rows: StatusRows = StatusRows.read(database, tables),
): (skillId: string, version: string) => EffectiveStatus {
  const events = new LastStatuses();
  if (tables.events) {
    const table = how === "scanned" ? "skill_events NOT INDEXED" : "skill_events";
    const keyed = `FROM ${table} WHERE ${IS_STATUS_EVENT} AND ${STATUS_KEY} IS NOT NULL`;
    const from = `FROM skill_events WHERE seq IN (SELECT max(seq) ${keyed} GROUP BY ${STATUS_KEY})`;
    database.select(EVENT_COLUMNS, from, [], (columns) => take(events, columns));
  }
  return (skillId, version) => events.status(rows.of(skillId, version), skillId, version);
}

function take(events: LastStatuses, [number, payload, time, key]: readonly SqlValue[]): void {
  const row = statusOfEvent({ payload_json: text(payload), timestamp_unix_ms: Number(time) });
  // What SQLite and we read in two ways is nobody's, or its writer could hide by it what came before.
  const isSame = typeof row === "object" && statusKey(row.skill_id, row.version) === key;
  events.take(Number(number), isSame ? row : "unreadable");
}
