/** The questions that the journal answers, over any open database with some of our tables (spec 5.3). */
import type { Database, SqlValue } from "../files/index.ts";
import type { Head } from "./chain.ts";
import { foldId } from "./effective.ts";
import { skillOfEvent } from "./events.ts";
import type { EventQuery, StoredEvent } from "./records.ts";
import { EVENT_COLUMNS, type Tables } from "./schema.ts";
import { text } from "./text.ts";

const DEFAULT_EVENTS = 100;
/**
 * Characters of payloads behind which a page of events ends, with one event at least. A receipt has all that its skill may use, which is a mebibyte
 * of a stranger's: a page of a thousand were more than any text can be (T40).
 */
export const PAGE_CHARACTERS = 8 * 1024 * 1024;

export function readEvents(database: Database, tables: Tables, query: EventQuery): StoredEvent[] {
  const found: StoredEvent[] = [];
  const wanted = query.first ?? query.last ?? DEFAULT_EVENTS;
  if (!tables.events || wanted <= 0) return found;
  const skillId = query.skillId === undefined ? undefined : foldId(query.skillId);
  const kinds = query.kinds ?? [];
  // Asked of SQLite, so that the rows of other kinds never come here.
  const ofKinds = query.kinds === undefined ? "" : `AND kind IN (${kinds.map((_, index) => `?${index + 2}`).join(", ")})`;
  const values: SqlValue[] = [query.after ?? 0, ...kinds];
  const ofUlid = query.ulid === undefined ? "" : beginsSo(values.push(query.ulid.slice(0, MAX_LIKE)));
  const aboutSkill = skillId === undefined ? "" : mayBeAbout(values.push(`%"${skillId.slice(0, MAX_LIKE)}%`));
  let room = query.first === undefined && query.bounded !== true ? Number.POSITIVE_INFINITY : PAGE_CHARACTERS;
  // By the events themselves: what was installed is asked here, and an index of the file may hide it (T8, T26).
  const from = `FROM skill_events NOT INDEXED WHERE seq > ?1 ${ofKinds} ${ofUlid} ${aboutSkill} ORDER BY seq ${query.first === undefined ? "DESC" : "ASC"}`;
  database.select(EVENT_COLUMNS, from, values, (columns) => {
    const event = toStoredEvent(columns);
    // An event that lost what it is about may be about this skill (spec 5.3, T8).
    const about = skillId === undefined ? "unreadable" : skillOfEvent(event.payload_json);
    if (about !== "unreadable" && foldId(about ?? "") !== skillId) return true;
    found.push(event);
    room -= event.payload_json.length;
    return found.length < wanted && room > 0;
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

const beginsSo = (value: number): string => `AND substr(event_ulid, 1, length(?${value})) = ?${value}`;

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
  const found = database.only(EVENT_COLUMNS, "FROM skill_events WHERE event_ulid = ?1", [eventUlid]);
  return found && toStoredEvent(found);
}

/** Whether an event stands there; where the first would follow it, one always does. */
export function holds(database: Database, tables: Tables, { seq, hash }: Head): boolean {
  if (seq === 0) return true;
  return tables.events && database.only(["hash"], "FROM skill_events WHERE seq = ?1", [seq])?.[0] === hash;
}

/** Whether an event says that it follows the one with this hash. */
export function isFollowed(database: Database, hash: string): boolean {
  return database.only(["seq"], "FROM skill_events WHERE prev_hash = ?1", [hash]) !== undefined;
}

export function readWaiting(database: Database, tables: Tables, auditFile: string, limit: number): StoredEvent[] {
  const found: StoredEvent[] = [];
  if (!tables.outbox || !tables.events) return found;
  const columns = EVENT_COLUMNS.map((column) => `e.${column}`);
  const from = `FROM skill_outbox o CROSS JOIN skill_events e ON e.seq = o.seq WHERE o.audit_file = ?1 ORDER BY o.seq`;
  let room = PAGE_CHARACTERS;
  database.select(columns, from, [auditFile], (row) => {
    const event = toStoredEvent(row);
    found.push(event);
    room -= event.payload_json.length;
    return found.length < limit && room > 0;
  });
  return found;
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
