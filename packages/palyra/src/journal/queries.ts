/** The questions that the journal answers, over any open database with some of our tables (spec 5.3). */
import type { Database, SqlValue } from "../files/index.ts";
import { broken, type ChainedFields, ChainWalk } from "./chain.ts";
import { effectiveStatus, foldId, type PlacedStatus, statusKey } from "./effective.ts";
import { skillOfEvent, statusOfEvent } from "./events.ts";
import type { ChainSummary, EffectiveStatus, EventQuery, StatusRow, StoredEvent } from "./journal.ts";
import { STATUS_KIND_LIST, type Tables } from "./schema.ts";

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
const EVENT_COLUMNS = [
  "seq",
  "event_ulid",
  "kind",
  "timestamp_unix_ms",
  "principal",
  "device_id",
  "channel",
  "payload_json",
  "prev_hash",
  "hash",
];
const DEFAULT_EVENTS = 100;

export function readRows(database: Database, tables: Tables, skillId: string, version: string): StatusRow[] {
  const rows: StatusRow[] = [];
  if (!tables.status) return rows;
  const where = "FROM skill_status WHERE skill_id = ?1 COLLATE NOCASE AND version = ?2";
  database.select(STATUS_COLUMNS, where, [skillId, version], (row) => {
    rows.push(toStatusRow(row));
  });
  return rows;
}

export function readStatus(database: Database, tables: Tables, skillId: string, version: string): EffectiveStatus {
  const key = statusKey(skillId, version);
  let last: PlacedStatus | undefined;
  let unreadable = false;
  eachStatusEvent(database, tables, "DESC", (row, seq) => {
    unreadable ||= row === "unreadable";
    if (row === "unreadable" || statusKey(row.skill_id, row.version) !== key) return true;
    last = { seq, row };
    return false;
  });
  return effectiveStatus(readRows(database, tables, skillId, version), last, unreadable);
}

export function readStatuses(database: Database, tables: Tables): (skillId: string, version: string) => EffectiveStatus {
  const rows = new Map<string, StatusRow[]>();
  const last = new Map<string, PlacedStatus>();
  if (tables.status)
    database.select(STATUS_COLUMNS, "FROM skill_status", [], (columns) => {
      const row = toStatusRow(columns);
      const key = statusKey(row.skill_id, row.version);
      const same = rows.get(key);
      if (same === undefined) rows.set(key, [row]);
      else same.push(row);
    });
  let unreadable = false;
  const readSince = new Set<string>();
  eachStatusEvent(database, tables, "ASC", (row, seq) => {
    if (row === "unreadable") {
      unreadable = true;
      readSince.clear();
      return true;
    }
    const key = statusKey(row.skill_id, row.version);
    last.set(key, { seq, row });
    if (unreadable) readSince.add(key);
    return true;
  });
  return (skillId, version) => {
    const key = statusKey(skillId, version);
    return effectiveStatus(rows.get(key) ?? [], last.get(key), unreadable && !readSince.has(key));
  };
}

function eachStatusEvent(
  database: Database,
  tables: Tables,
  order: "ASC" | "DESC",
  visit: (row: StatusRow | "unreadable", seq: number) => boolean,
): void {
  if (!tables.events) return;
  const from = `FROM skill_events WHERE kind IN (${STATUS_KIND_LIST}) ORDER BY seq ${order}`;
  database.select(["seq", "payload_json", "timestamp_unix_ms"], from, [], ([seq, payload, time]) => {
    const row = statusOfEvent({ payload_json: text(payload), timestamp_unix_ms: Number(time) });
    return row === undefined || visit(row, Number(seq));
  });
}

export function readEvents(database: Database, tables: Tables, query: EventQuery): StoredEvent[] {
  const found: StoredEvent[] = [];
  const wanted = query.first ?? query.last ?? DEFAULT_EVENTS;
  if (!tables.events || wanted <= 0) return found;
  const skillId = query.skillId === undefined ? undefined : foldId(query.skillId);
  const kinds = query.kinds ?? [];
  // Asked of SQLite, so that the rows of other kinds never come here.
  const ofKinds = query.kinds === undefined ? "" : `AND kind IN (${kinds.map((_, index) => `?${index + 2}`).join(", ")})`;
  const values: SqlValue[] = [query.after ?? 0, ...kinds];
  const aboutSkill = skillId === undefined ? "" : mayBeAbout(values.push(`%"${skillId.slice(0, MAX_LIKE)}%`));
  const from = `FROM skill_events WHERE seq > ?1 ${ofKinds} ${aboutSkill} ORDER BY seq ${query.first === undefined ? "DESC" : "ASC"}`;
  database.select(EVENT_COLUMNS, from, values, (columns) => {
    const event = toStoredEvent(columns);
    // An event that lost what it is about may be about this skill (spec 5.3, T8).
    const about = skillId === undefined ? "unreadable" : skillOfEvent(event.payload_json);
    if (about !== "unreadable" && foldId(about ?? "") !== skillId) return true;
    found.push(event);
    return found.length < wanted;
  });
  return query.first === undefined ? found.reverse() : found;
}

/** SQLite's own count of what other connections have committed; it reads nothing but the file's header. */
export function readChanges(database: Database): number {
  let changes = 0;
  database.select(["data_version"], "FROM pragma_data_version", [], ([version]) => {
    changes = Number(version);
  });
  return changes;
}

/** Characters; SQLite takes no pattern beyond 50,000 bytes. */
const MAX_LIKE = 200;

/**
 * Asked of SQLite as well, which takes a tenth of the time of looking at each payload here: those that name the skill anywhere, whatever
 * its case, and those of which it cannot be said: escapes, other types, no JSON object.
 */
function mayBeAbout(pattern: number): string {
  const noObject = "CASE WHEN json_valid(payload_json) THEN json_type(payload_json) <> 'object' ELSE 1 END";
  return `AND (payload_json LIKE ?${pattern} OR instr(payload_json, '\\') > 0 OR typeof(payload_json) <> 'text' OR ${noObject})`;
}

export function readEvent(database: Database, eventUlid: string): StoredEvent | undefined {
  let found: StoredEvent | undefined;
  database.select(EVENT_COLUMNS, "FROM skill_events WHERE event_ulid = ?1", [eventUlid], (columns) => {
    found = toStoredEvent(columns);
  });
  return found;
}

export function readHead(database: Database): { readonly seq: number; readonly hash: string } | undefined {
  let head: { seq: number; hash: string } | undefined;
  database.select(["seq", "hash"], "FROM skill_events ORDER BY seq DESC LIMIT 1", [], ([seq, hash]) => {
    head = { seq: Number(seq), hash: text(hash) };
  });
  return head;
}

/** Whether an event says that it follows the one with this hash. */
export function isFollowed(database: Database, hash: string): boolean {
  let found = false;
  database.select(["seq"], "FROM skill_events WHERE prev_hash = ?1", [hash], () => {
    found = true;
  });
  return found;
}

export function readWaiting(database: Database, tables: Tables, auditFile: string, limit: number): StoredEvent[] {
  const found: StoredEvent[] = [];
  if (!tables.outbox || !tables.events) return found;
  const columns = EVENT_COLUMNS.map((column) => `e.${column}`);
  const from = `FROM skill_outbox o CROSS JOIN skill_events e ON e.seq = o.seq WHERE o.audit_file = ?1 ORDER BY o.seq`;
  database.select(columns, from, [auditFile], (row) => {
    found.push(toStoredEvent(row));
    return found.length < limit;
  });
  return found;
}

const TEXT_COLUMNS = ["event_ulid", "kind", "principal", "device_id", "channel", "payload_json", "prev_hash", "hash"];
const LINK_TYPES = /^text text text text (text|null) text text text integer$/;

/**
 * Spec 5.3, T26. Texts are read as their very bytes: what a driver would mend or cut while making a string of it shows. One statement,
 * so one moment of the journal, whatever others append meanwhile.
 */
export function walkChain(database: Database, tables: Tables): ChainSummary {
  const walk = new ChainWalk();
  if (!tables.events) return walk.summary;
  const types = [...TEXT_COLUMNS, "timestamp_unix_ms"].map((column) => `typeof(${column})`).join(" || ' ' || ");
  const columns = ["seq", types, "timestamp_unix_ms", ...TEXT_COLUMNS.map((column) => `CAST(${column} AS BLOB)`)];
  database.select(columns, "FROM skill_events ORDER BY seq", [], ([seq, found, timestamp, ...texts]) => {
    const [ulid, kind, principal, device, channel, payload, prevHash, hash] = texts.map(blob);
    const at = walk.summary.events + 1;
    if (typeof seq !== "bigint" || typeof timestamp !== "bigint" || typeof found !== "string" || !LINK_TYPES.test(found))
      throw broken(at, "a column has another type");
    if (!ulid || !kind || !principal || !device || !channel || !payload || !prevHash || !hash)
      throw broken(at, "a column is missing");
    const channelOrNull = found.includes("null") ? null : channel;
    const fields: ChainedFields = [seq, ulid, kind, timestamp, principal, device, channelOrNull, payload];
    walk.step({ fields, prevHash: ascii(prevHash), hash: ascii(hash) });
  });
  return walk.summary;
}

/** An empty blob comes as null from a driver that cannot tell; the type of the column is checked apart. */
function blob(value: SqlValue): Uint8Array {
  return value instanceof Uint8Array ? value : new Uint8Array();
}

function ascii(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("latin1");
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

function toStoredEvent(columns: readonly SqlValue[]): StoredEvent {
  const [seq, ulid, kind, timestamp, principal, device, channel, payload, prevHash, hash] = columns;
  return {
    seq: Number(seq),
    event_ulid: text(ulid),
    kind: text(kind),
    timestamp_unix_ms: Number(timestamp),
    principal: text(principal),
    device_id: text(device),
    channel: channel === null ? null : text(channel),
    payload_json: text(payload),
    prev_hash: text(prevHash),
    hash: text(hash),
  };
}

/** Another program may have put anything there: what is no text reads as a text that means nothing. */
function text(value: SqlValue | undefined): string {
  if (typeof value === "string") return value;
  return value instanceof Uint8Array || value === null || value === undefined ? "" : String(value);
}
