/**
 * The tables of spec 5.3. `skill_status` is Palyra's own, column by column; the rest is ours. A file may belong to a live Palyra:
 * nothing else in it is touched, and what we make in it any release of SQLite can read.
 */
import type { Database } from "../files/index.ts";
import type { Head } from "./chain.ts";
import { endOf, headOf, LAST_EVENT } from "./end.ts";
import { STATUS_KINDS } from "./events.ts";

/** Of `skill_schema`. A greater number was written by a newer release, and is refused. */
export const SCHEMA_VERSION = 1;

/** As they are hashed, then the two hashes. */
export const EVENT_COLUMNS = [
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

/** Events that may set a status. */
export const IS_STATUS_EVENT = `kind IN (${STATUS_KINDS.map((kind) => `'${kind}'`).join(", ")})`;

/**
 * Whose status an event sets, as `statusKey` has it; empty where that is lost with a damaged payload, null where it sets none. Nested,
 * since only CASE promises not to look at what comes after. The text is the index's own: SQLite knows it again by that.
 */
export const STATUS_KEY = `CASE WHEN typeof(payload_json) = 'text' AND json_valid(payload_json) THEN
  CASE WHEN json_type(payload_json) = 'object' THEN
    CASE WHEN json_type(payload_json, '$.skill_id') = 'text' AND json_type(payload_json, '$.version') = 'text'
           AND json_type(payload_json, '$.status') = 'text'
      THEN lower(json_extract(payload_json, '$.skill_id')) || char(10) || json_extract(payload_json, '$.version') END
  ELSE '' END
ELSE '' END`;

const TABLES = `
CREATE TABLE IF NOT EXISTS skill_status (
  skill_id TEXT NOT NULL,
  version TEXT NOT NULL,
  status TEXT NOT NULL,
  reason TEXT,
  detected_at_ms INTEGER NOT NULL,
  operator_principal TEXT NOT NULL,
  created_at_unix_ms INTEGER NOT NULL,
  updated_at_unix_ms INTEGER NOT NULL,
  PRIMARY KEY (skill_id, version)
);
CREATE TABLE IF NOT EXISTS skill_events (
  seq INTEGER NOT NULL PRIMARY KEY,
  event_ulid TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  timestamp_unix_ms INTEGER NOT NULL,
  principal TEXT NOT NULL,
  device_id TEXT NOT NULL,
  channel TEXT,
  payload_json TEXT NOT NULL,
  prev_hash TEXT NOT NULL UNIQUE,
  hash TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS skill_outbox (
  seq INTEGER NOT NULL PRIMARY KEY,
  audit_file TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS skill_schema (version INTEGER NOT NULL PRIMARY KEY);
`;

/**
 * Only makes look-ups fast: without it they find the same. So it is no part of the schema's version, and a file that has none yet gets it
 * from the next writer, in place of one of earlier releases.
 */
const INDEX = "skill_events_status_key";
const INDEXES = `
CREATE INDEX IF NOT EXISTS ${INDEX} ON skill_events (${STATUS_KEY}) WHERE ${IS_STATUS_EVENT};
DROP INDEX IF EXISTS skill_events_status;
`;

// T26. INSERT OR REPLACE deletes what it conflicts with without a delete trigger: each column that it could conflict on counts.
const TRIGGERS = `
CREATE TRIGGER IF NOT EXISTS skill_events_no_update BEFORE UPDATE ON skill_events
BEGIN SELECT RAISE(ABORT, 'skill_events is append-only'); END;
CREATE TRIGGER IF NOT EXISTS skill_events_no_delete BEFORE DELETE ON skill_events
BEGIN SELECT RAISE(ABORT, 'skill_events is append-only'); END;
CREATE TRIGGER IF NOT EXISTS skill_events_at_the_end BEFORE INSERT ON skill_events
WHEN NEW.seq <= (SELECT max(seq) FROM skill_events)
  OR EXISTS (SELECT 1 FROM skill_events WHERE event_ulid = NEW.event_ulid)
  OR EXISTS (SELECT 1 FROM skill_events WHERE prev_hash = NEW.prev_hash)
BEGIN SELECT RAISE(ABORT, 'skill_events is append-only'); END;
`;

/** As SQLite keeps them. */
const OWN_TRIGGERS = TRIGGERS.replaceAll("IF NOT EXISTS ", "")
  .split(/(?<=\bEND);\n/)
  .map((each) => each.trim());

/** Name of a trigger on our events that is not ours, whatever it is called: it may drop or undo what is written (T26). */
export function strayTrigger(database: Database): string | undefined {
  let stray: string | undefined;
  const from = "FROM sqlite_master WHERE type = 'trigger' AND lower(tbl_name) IN ('skill_events', 'skill_outbox')";
  database.select(["name", "sql"], from, [], ([name, sql]) => {
    if (!OWN_TRIGGERS.includes(String(sql))) stray ??= String(name);
  });
  return stray;
}

/** Which of our tables a file has. */
export interface Tables {
  readonly status: boolean;
  readonly events: boolean;
  readonly outbox: boolean;
  /** Number in `skill_schema`; 0 where the table is not there or empty. */
  readonly schema: number;
  /** Whether statuses are found by an index. */
  readonly indexed: boolean;
  /** No table of anybody's. */
  readonly empty: boolean;
}

/** What was found whole, by connection. */
const found = new WeakMap<object, Tables>();

/** What a transaction begins with. */
export interface Start {
  readonly tables: Tables;
  /** Of the chain; `GENESIS` where there is no event. */
  readonly end: Head;
}

/**
 * For a connection that is asked again and again: where all tables were there once, only the number in `skill_schema` is read each time, with the
 * end of the chain. Whoever finds a table missing by that calls `forgetTables`. Not for after a change of one's own: it may be undone.
 */
export function readStart(database: Database): Start {
  const known = found.get(database.connection);
  const start = known && knownStart(database, known);
  if (start !== undefined) return start;
  const tables = readTables(database);
  if (isComplete(tables)) found.set(database.connection, tables);
  return startWith(database, tables);
}

/** The end is read where it is asked for: the events may be another program's. */
export const startWith = (database: Database, tables: Tables): Start => ({
  tables,
  get end() {
    return endOf(database, tables);
  },
});

/** Undefined: there is no event. */
function knownStart(database: Database, known: Tables): Start | undefined {
  const last = database.only(["seq", "hash", "(SELECT max(version) FROM skill_schema)"], LAST_EVENT, []);
  if (last === undefined) return undefined;
  const [seq, hash, schema] = last;
  return { tables: { ...known, schema: Number(schema) }, end: headOf(seq, hash) };
}

/** They are listed again at the next transaction. False: they will be anyway. */
export function forgetTables(database: Database): boolean {
  return found.delete(database.connection);
}

function schemaNumber(database: Database): number {
  let schema = 0;
  database.select(["version"], "FROM skill_schema", [], ([version]) => {
    schema = Math.max(schema, Number(version));
  });
  return schema;
}

export function readTables(database: Database): Tables {
  const names = new Set<unknown>();
  let indexed = false;
  database.select(["type", "name"], "FROM sqlite_master WHERE type IN ('table', 'index')", [], ([type, name]) => {
    if (type === "table") names.add(name);
    else indexed ||= name === INDEX;
  });
  const schema = names.has("skill_schema") ? schemaNumber(database) : 0;
  return {
    status: names.has("skill_status"),
    events: names.has("skill_events"),
    outbox: names.has("skill_outbox"),
    schema,
    indexed,
    empty: names.size === 0,
  };
}

export function isComplete({ schema, indexed, status, events, outbox }: Tables): boolean {
  return schema === SCHEMA_VERSION && indexed && status && events && outbox;
}

/** Makes what is missing; inside a transaction. */
export function createTables(database: Database): void {
  database.exec(TABLES);
  database.exec(TRIGGERS);
  database.exec(INDEXES);
  database.run("INSERT OR IGNORE INTO skill_schema (version) VALUES (?1)", [SCHEMA_VERSION]);
}
