/** Write authority over a journal: made inside a transaction, dead after it (habit 3; spec 5.3, T18). */
import { isSha256Hex, type JsonObject, writeJson } from "palyra-skills/encoding";
import { PalyraError } from "../errors.ts";
import type { Database } from "../files/index.ts";
import { type Anchor, broken, eventHash, type Head } from "./chain.ts";
import { mostRestrictive } from "./effective.ts";
import type { JournalWriter } from "./journal.ts";
import type { KnownChain } from "./known-chain.ts";
import { isFollowed, readEvent } from "./queries.ts";
import type { EffectiveStatus, NewEvent, StatusRow, StoredEvent } from "./records.ts";
import { redact } from "./redact.ts";
import type { Start, Tables } from "./schema.ts";
import { readStatus, readStatuses } from "./status-queries.ts";
import { readRows } from "./status-rows.ts";

export class SqliteWriter implements JournalWriter {
  readonly #file: string;
  readonly #database: Database;
  readonly #tables: Tables;
  /** Where the lines of its events go; undefined: nowhere. */
  readonly #auditFile: string | undefined;
  #open = true;
  /** Of the chain as this transaction leaves it. */
  #end: Head;

  /** @param file for messages */
  constructor(file: string, database: Database, { tables, end }: Start, auditFile: string | undefined) {
    this.#file = file;
    this.#database = database;
    this.#tables = tables;
    this.#end = end;
    this.#auditFile = auditFile;
  }

  row(skillId: string, version: string): StatusRow | undefined {
    return mostRestrictive(readRows(this.#usable(), this.#tables, skillId, version));
  }

  status(skillId: string, version: string): EffectiveStatus {
    return readStatus(this.#usable(), this.#tables, skillId, version);
  }

  scannedStatuses(): (skillId: string, version: string) => EffectiveStatus {
    return readStatuses(this.#usable(), this.#tables, "scanned");
  }

  statusByChain(chain: KnownChain, anchors: readonly Anchor[], skillId: string, version: string): EffectiveStatus {
    chain.advance(this.#usable(), { tables: this.#tables, end: this.#end }, anchors);
    return chain.status(this.#database, this.#tables, skillId, version);
  }

  // Rows of other spellings are set too: the most restrictive of them counts, so one left behind would undo this.
  putStatus(row: Omit<StatusRow, "created_at_unix_ms" | "updated_at_unix_ms">, now: number): StatusRow {
    const database = this.#usable();
    const { skill_id, version, status, reason, detected_at_ms, operator_principal } = row;
    database.run(
      `UPDATE skill_status SET status = ?3, reason = ?4, detected_at_ms = ?5, operator_principal = ?6, updated_at_unix_ms = ?7
       WHERE skill_id = ?1 COLLATE NOCASE AND version = ?2`,
      [skill_id, version, status, reason, detected_at_ms, operator_principal, now],
    );
    if (database.changes() === 0)
      database.run(
        `INSERT INTO skill_status (skill_id, version, status, reason, detected_at_ms, operator_principal, created_at_unix_ms,
         updated_at_unix_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)`,
        [skill_id, version, status, reason, detected_at_ms, operator_principal, now],
      );
    const kept = this.row(skill_id, version);
    if (kept?.status !== status) throw notKept(this.#file);
    return kept;
  }

  has(eventUlid: string): boolean {
    return readEvent(this.#usable(), eventUlid) !== undefined;
  }

  append(event: NewEvent): StoredEvent {
    const database = this.#usable();
    let stored: StoredEvent;
    try {
      stored = this.#link(event);
      insert(database, stored);
    } catch (error) {
      // Asked only now: nearly every event is new, and follows the last one.
      const known = readEvent(database, event.event_ulid);
      if (known !== undefined) return known;
      const { seq, hash } = this.#end;
      throw isFollowed(database, hash) ? broken(seq, "another event follows it already") : error;
    }
    this.#end = { seq: stored.seq, hash: stored.hash };
    // In place of a line of an event that somebody cut: nobody keeps a skill from being stopped by that.
    if (this.#auditFile !== undefined)
      database.run("INSERT OR REPLACE INTO skill_outbox (seq, audit_file) VALUES (?1, ?2)", [stored.seq, this.#auditFile]);
    return stored;
  }

  /** With what it appended: what is to be found there when it is done. */
  get chainEnd(): Head {
    return this.#end;
  }

  /** The transaction is over: whoever kept the writer can do nothing with it. */
  end(): void {
    this.#open = false;
  }

  #link(event: NewEvent): StoredEvent {
    const head = this.#end;
    // What cannot be followed is not followed: whoever damaged the chain makes nothing eligible by it. Spec 5.3, T26.
    const problem = headProblem(head);
    if (problem !== undefined) throw broken(head.seq, problem);
    const seq = head.seq + 1;
    const event_ulid = storable(event.event_ulid);
    const kind = storable(event.kind);
    const { timestamp_unix_ms } = event;
    const principal = storable(event.principal);
    const device_id = storable(event.device_id);
    const channel = event.channel === null ? null : storable(event.channel);
    const payload_json = payloadText(event.payload);
    const prev_hash = head.hash;
    const fields = [seq, event_ulid, kind, timestamp_unix_ms, principal, device_id, channel, payload_json] as const;
    const hash = eventHash(prev_hash, fields);
    return { seq, event_ulid, kind, timestamp_unix_ms, principal, device_id, channel, payload_json, prev_hash, hash };
  }

  #usable(): Database {
    if (!this.#open) throw new TypeError("a journal writer was used after its transaction");
    return this.#database;
  }
}

/** Spec 5.3, T26: a trigger that somebody put in the file can drop or undo what is written, and SQLite says nothing of it. */
export function notKept(file: string): PalyraError<"JournalUnavailable"> {
  const problem = "it does not keep what is written to it: a trigger or a rule in it undoes that";
  return new PalyraError("JournalUnavailable", { file, problem });
}

/** Why no event can follow this one; undefined where one can. */
function headProblem({ seq, hash }: Head): string | undefined {
  if (!isSha256Hex(hash)) return "its hash is no SHA-256";
  return Number.isSafeInteger(seq + 1) ? undefined : "no number is left for the next event";
}

function insert(database: Database, event: StoredEvent): void {
  const { seq, event_ulid, kind, timestamp_unix_ms, principal, device_id, channel, payload_json, prev_hash, hash } = event;
  database.run(
    `INSERT INTO skill_events (seq, event_ulid, kind, timestamp_unix_ms, principal, device_id, channel, payload_json, prev_hash, hash)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)`,
    [seq, event_ulid, kind, timestamp_unix_ms, principal, device_id, channel, payload_json, prev_hash, hash],
  );
}

/** What many events say is written once. */
const texts = new WeakMap<JsonObject, string>();

function payloadText(payload: JsonObject): string {
  const text = texts.get(payload) ?? wholeCharacters(writeJson(redact(payload)));
  texts.set(payload, text);
  return text;
}

/** JSON in which no escape is half a character: strict readers read no such event, nor the receipt in it, and a stranger's words may hold one. */
const wholeCharacters = (json: string): string =>
  json.replaceAll(/\\\\|\\ud[89a-f][0-9a-f]{2}/g, (found) => (found === "\\\\" ? found : "\\ufffd"));

const UNSTORABLE = /\0|\p{Surrogate}/u;

/** The text as SQLite gives it back: NUL ends a text for some of its readers, and lone surrogates are no UTF-8. */
function storable(text: string): string {
  if (!UNSTORABLE.test(text)) return text;
  return Buffer.from(text.replaceAll("\0", "\ufffd")).toString();
}
