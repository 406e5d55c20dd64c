/** What the journal says of statuses, by the index of its events (spec 5.3). */
import type { Database, SqlValue } from "../files/index.ts";
import { statusKey } from "./effective.ts";
import { statusOfEvent } from "./events.ts";
import { LastStatuses } from "./last-statuses.ts";
import { text } from "./queries.ts";
import type { EffectiveStatus, StatusRow } from "./records.ts";
import { IS_STATUS_EVENT, STATUS_KEY, type Tables } from "./schema.ts";

const STATUS_COLUMNS = [
  "skill_id",
  "version",
  "status",
  "reason",
  "detected_at_ms",
  "operator_principal",
  "created_at_unix_ms",
  "updated_at_unix_ms",
];
const EVENT_COLUMNS = ["seq", "payload_json", "timestamp_unix_ms", STATUS_KEY];

export function readRows(database: Database, tables: Tables, skillId: string, version: string): StatusRow[] {
  const rows: StatusRow[] = [];
  if (!tables.status) return rows;
  const where = "FROM skill_status WHERE skill_id = ?1 COLLATE NOCASE AND version = ?2";
  database.select(STATUS_COLUMNS, where, [skillId, version], (row) => {
    rows.push(toStatusRow(row));
  });
  return rows;
}

/** Of all skills at once. */
export function readAllRows(database: Database, tables: Tables): (skillId: string, version: string) => readonly StatusRow[] {
  const rows = new Map<string, StatusRow[]>();
  if (tables.status)
    database.select(STATUS_COLUMNS, "FROM skill_status", [], (columns) => {
      const row = toStatusRow(columns);
      const key = statusKey(row.skill_id, row.version);
      const same = rows.get(key);
      if (same === undefined) rows.set(key, [row]);
      else same.push(row);
    });
  return (skillId, version) => rows.get(statusKey(skillId, version)) ?? [];
}

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
): (skillId: string, version: string) => EffectiveStatus {
  const rows = readAllRows(database, tables);
  const events = new LastStatuses();
  if (tables.events) {
    const table = how === "scanned" ? "skill_events NOT INDEXED" : "skill_events";
    const keyed = `FROM ${table} WHERE ${IS_STATUS_EVENT} AND ${STATUS_KEY} IS NOT NULL`;
    const from = `FROM skill_events WHERE seq IN (SELECT max(seq) ${keyed} GROUP BY ${STATUS_KEY})`;
    database.select(EVENT_COLUMNS, from, [], (columns) => take(events, columns));
  }
  return (skillId, version) => events.status(rows(skillId, version), skillId, version);
}

function take(events: LastStatuses, [number, payload, time, key]: readonly SqlValue[]): void {
  const row = statusOfEvent({ payload_json: text(payload), timestamp_unix_ms: Number(time) });
  // What SQLite and we read in two ways is nobody's, or its writer could hide by it what came before.
  const isSame = typeof row === "object" && statusKey(row.skill_id, row.version) === key;
  events.take(Number(number), isSame ? row : "unreadable");
}

function toStatusRow(columns: readonly SqlValue[]): StatusRow {
  const [skillId, version, status, reason, detected, principal, created, updated] = columns;
  return {
    skill_id: text(skillId),
    version: text(version),
    status: text(status),
    reason: reason === null ? null : text(reason),
    detected_at_ms: Number(detected),
    operator_principal: text(principal),
    created_at_unix_ms: Number(created),
    updated_at_unix_ms: Number(updated),
  };
}
