/**
 * The tables of spec 5.3. `skill_status` is Palyra's own, column by column; the rest is ours. A file may belong to a live Palyra:
 * nothing else in it is touched, and what we make in it any release of SQLite can read.
 */
import type { Database } from "../files/index.ts";
import { STATUS_KINDS } from "./events.ts";

/** Of `skill_schema`. A greater number was written by a newer release, and is refused. */
export const SCHEMA_VERSION = 1;

export const STATUS_KIND_LIST = STATUS_KINDS.map((kind) => `'${kind}'`).join(", ");

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
CREATE INDEX IF NOT EXISTS skill_events_status ON skill_events (seq) WHERE kind IN (${STATUS_KIND_LIST});
CREATE TABLE IF NOT EXISTS skill_outbox (
  seq INTEGER NOT NULL PRIMARY KEY,
  audit_file TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS skill_schema (version INTEGER NOT NULL PRIMARY KEY);
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

/** Which of our tables a file has. */
export interface Tables {
  readonly status: boolean;
  readonly events: boolean;
  readonly outbox: boolean;
  /** Number in `skill_schema`; 0 where the table is not there or empty. */
  readonly schema: number;
  /** No table of anybody's. */
  readonly empty: boolean;
}

export function readTables(database: Database): Tables {
  const names = new Set<unknown>();
  database.select(["name"], "FROM sqlite_master WHERE type = 'table'", [], ([name]) => {
    names.add(name);
  });
  let schema = 0;
  if (names.has("skill_schema"))
    database.select(["version"], "FROM skill_schema", [], ([version]) => {
      schema = Math.max(schema, Number(version));
    });
  return {
    status: names.has("skill_status"),
    events: names.has("skill_events"),
    outbox: names.has("skill_outbox"),
    schema,
    empty: names.size === 0,
  };
}

/** Makes what is missing; inside a transaction. */
export function createTables(database: Database): void {
  database.exec(TABLES);
  database.exec(TRIGGERS);
  database.run("INSERT OR IGNORE INTO skill_schema (version) VALUES (?1)", [SCHEMA_VERSION]);
}
