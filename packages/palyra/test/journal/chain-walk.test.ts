import { createHash } from "node:crypto";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PalyraError } from "../../src/errors.ts";
import { type Database, openDatabase } from "../../src/files/index.ts";
import { GENESIS_HASH, KnownChain, newEvent, openJournal } from "../../src/journal/index.ts";
import { temporaryFolder } from "../lifecycle/support.ts";
import { event, statusEvent } from "./contract.ts";
import { hideFromIndex } from "./hide-from-index.ts";

const HASHED = ["seq", "event_ulid", "kind", "timestamp_unix_ms", "principal", "device_id", "channel", "payload_json"];
const COLUMNS = [...HASHED, "prev_hash", "hash"];
const INTEGERS = ["seq", "timestamp_unix_ms"];

/** A value as SQLite has it: its type, and its bytes (of a number those of its digits). */
interface Stored {
  readonly type: unknown;
  readonly bytes: Buffer;
}
type Row = ReadonlyMap<string, Stored>;

/** Value by value, in hex digits: no driver mends or cuts those. */
function rowsOf(database: Database): readonly Row[] {
  const rows: Row[] = [];
  const columns = COLUMNS.flatMap((column) => [`typeof(${column})`, `hex(${column})`]);
  database.select(columns, "FROM skill_events ORDER BY seq", [], (values) => {
    const stored = (index: number): Stored => ({ type: values[index], bytes: Buffer.from(String(values[index + 1]), "hex") });
    rows.push(new Map(COLUMNS.map((column, place) => [column, stored(2 * place)])));
  });
  return rows;
}

const storedIn = (row: Row | undefined, column: string): Stored => row?.get(column) ?? { type: "missing", bytes: Buffer.of() };
const textIn = (row: Row | undefined, column: string): string => storedIn(row, column).bytes.toString("latin1");

/** Spec 5.3, word by word. */
function hashOf(row: Row, prevHash: string): string {
  const hash = createHash("sha256").update("palyra.skill.event.v1").update(Buffer.from(prevHash, "hex"));
  for (const column of HASHED) {
    const { type, bytes } = storedIn(row, column);
    const length = Buffer.alloc(8);
    length.writeBigUInt64BE(type === "null" ? 2n ** 64n - 1n : BigInt(bytes.byteLength));
    hash.update(length).update(bytes);
  }
  return hash.digest("hex");
}

function hasTypes(row: Row): boolean {
  return COLUMNS.every((column) => {
    const { type } = storedIn(row, column);
    return type === (INTEGERS.includes(column) ? "integer" : "text") || (column === "channel" && type === "null");
  });
}

/** Where the chain ends, or the number that its first broken link should have. */
function walked(rows: readonly Row[]): { readonly seq: number; readonly hash: string } | { readonly broken: number } {
  let head = GENESIS_HASH;
  for (const [index, row] of rows.entries()) {
    const isLink = hasTypes(row) && textIn(row, "seq") === String(index + 1) && textIn(row, "prev_hash") === head;
    if (!isLink || textIn(row, "hash") !== hashOf(row, head)) return { broken: index + 1 };
    head = textIn(row, "hash");
  }
  return { seq: rows.length, hash: head };
}

/** What a column can be made: `?` stands for what it was. */
const VALUES = [
  ...["NULL", "CAST(? AS BLOB)", "CAST(? AS TEXT)", "CAST(? AS INTEGER)", "1.5", "0", "-1", "9007199254740993", "x''", "''"],
  ...[
    "? || ' '",
    "substr(?, 2)",
    "upper(?)",
    "replace(?, 'a', 'b')",
    "'a' || char(0) || 'b'",
    "? || char(0)",
    "'\u00e9\u{1f600}'",
  ],
  ...["CAST(x'eda080' AS TEXT)", "CAST(x'ff00fe' AS TEXT)", "'skill.enabled'", "'skill.started'"],
];
const NUMBERS = ["-5", "0", "1000", "9223372036854775807", "-9223372036854775808"];

/** Of the events of a journal with so many. */
function edits(size: number): fc.Arbitrary<readonly string[]> {
  const at = fc.integer({ min: 1, max: size });
  const set = fc
    .tuple(fc.constantFrom(...COLUMNS.slice(1)), fc.constantFrom(...VALUES), at)
    .map(([column, value, seq]) => [`UPDATE skill_events SET ${column} = ${value.replaceAll("?", column)} WHERE seq = ${seq}`]);
  const swap = fc
    .tuple(at, at)
    .map(([one, other]) => [moved(one, "-1000"), moved(other, String(one)), moved("-1000", String(other))]);
  const others = fc.oneof(
    at.map((seq) => [`DELETE FROM skill_events WHERE seq = ${seq}`]),
    at.map((seq) => [`DELETE FROM skill_events WHERE seq >= ${seq}`]),
    at.map((seq) => [`DELETE FROM skill_events WHERE seq BETWEEN ${seq} AND ${seq + 127}`]),
    fc.tuple(at, fc.constantFrom(...NUMBERS)).map(([seq, number]) => [moved(seq, number)]),
    fc.tuple(at, fc.constantFrom(...NUMBERS)).map(([seq, number]) => [copied(seq, number)]),
    swap,
  );
  return fc.array(fc.oneof({ weight: 3, arbitrary: set }, others), { maxLength: 2 }).map((each) => each.flat());
}

const moved = (seq: number | string, to: string): string => `UPDATE OR IGNORE skill_events SET seq = ${to} WHERE seq = ${seq}`;
const copied = (seq: number, to: string): string =>
  `INSERT OR IGNORE INTO skill_events SELECT ${to}, ${COLUMNS.slice(1).join(", ")} FROM skill_events WHERE seq = ${seq}`;

/** As somebody would who knows how a chain is made. */
function reseal(database: Database): void {
  let prev = GENESIS_HASH;
  for (const row of rowsOf(database)) {
    const hash = hashOf(row, prev);
    database.exec(`UPDATE skill_events SET prev_hash = '${prev}', hash = '${hash}' WHERE seq = ${textIn(row, "seq")}`);
    prev = hash;
  }
}

const actor = {
  now: 1_700_000_000_000,
  principal: "user:t\u00e9st",
  deviceId: "01ARZ3NDEKTSV4RRFFQ69G5FAV",
  channel: "\u{1f600}",
};
const STOPPED = ["acme.echo", "1.0.0"] as const;

/** The table takes anything: whoever can write to the file can write its schema. */
async function looseJournal(file: string, size: number): Promise<void> {
  const journal = await openJournal(file, { create: true, auditFile: `${file}.ndjson` });
  await journal.transaction((writer) => {
    for (let each = 1; each <= size; each += 1) {
      const started = newEvent(`01HG${String(each).padStart(22, "0")}`, actor, "skill.started", { skill_id: "acme.echo" });
      writer.append(each % 2 === 0 ? started : each === 3 ? statusEvent("quarantined", ...STOPPED) : event());
    }
  });
  await journal.close();
  const database = openDatabase(file);
  database.exec("ALTER TABLE skill_events RENAME TO kept");
  database.exec(`CREATE TABLE skill_events (seq INTEGER PRIMARY KEY, ${COLUMNS.slice(1).join(", ")})`);
  database.exec("INSERT INTO skill_events SELECT * FROM kept; DROP TABLE kept; PRAGMA journal_mode = DELETE");
  database.close();
}

function inDatabase<Result>(file: string, work: (database: Database) => Result): Result {
  const database = openDatabase(file);
  try {
    return work(database);
  } finally {
    database.close();
  }
}

async function brokenAt(work: () => Promise<unknown>): Promise<number | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (error instanceof PalyraError && error.code === "JournalChainBroken" && "seq" in error.details) return error.details.seq;
    throw error;
  }
}

describe("T26: a chain is walked as spec 5.3 says, whatever somebody made of the file", () => {
  // A batch of links less one, full, and with one more; two and a bit.
  it.each([5, 127, 128, 129, 260])("%i events", async (size) => {
    const folder = temporaryFolder();
    const whole = join(folder, "whole.sqlite3");
    await looseJournal(whole, size);
    const before = inDatabase(whole, rowsOf);
    let run = 0;
    const walks = fc.asyncProperty(edits(size), fc.boolean(), async (sql, isSealed) => {
      run += 1;
      const file = join(folder, `${run}.sqlite3`);
      copyFileSync(whole, file);
      const journal = await openJournal(file, { create: false });
      if (journal === undefined) throw new Error("no journal");
      try {
        const rows = inDatabase(file, (database) => {
          for (const each of sql) database.exec(each);
          if (isSealed) reseal(database);
          return rowsOf(database);
        });
        const expected = walked(rows);
        const chain = new KnownChain();
        const found = await brokenAt(() => journal.statusesByChain(chain, []));
        if ("broken" in expected) expect(found).toBe(expected.broken);
        else {
          expect({ found, head: chain.head }).toEqual({ found: undefined, head: expected });
          expect(chain.decided).toBe(1 + rows.findLastIndex((row) => textIn(row, "kind") !== "skill.started"));
          const isStop = textIn(rows[2], "kind") === "skill.quarantined";
          const status = await journal.statusByChain(chain, [], ...STOPPED);
          if (isStop && textIn(rows[2], "payload_json") === textIn(before[2], "payload_json"))
            expect(status.status).toBe("quarantined");
        }
      } finally {
        await journal.close();
      }
    });
    await fc.assert(walks, { numRuns: size < 10 ? 300 : 60 });
  });
});

it("walks on from wherever it ended", async () => {
  const file = join(temporaryFolder(), "journal.sqlite3");
  const journal = await openJournal(file, { create: true, auditFile: `${file}.ndjson` });
  const chain = new KnownChain();
  for (const more of [3, 130, 1, 128]) {
    await journal.transaction((writer) => {
      for (let each = 0; each < more; each += 1) writer.append(event());
    });
    await journal.statusesByChain(chain, []);
    expect(chain.head).toEqual(await journal.head());
  }
  expect(await journal.verifyChain()).toEqual({ events: 262, head: chain.head.hash });
  await journal.close();
});

async function brokenBy(sql: string): Promise<unknown> {
  const file = join(temporaryFolder(), "journal.sqlite3");
  await looseJournal(file, 5);
  inDatabase(file, (database) => database.exec(sql));
  const journal = await openJournal(file, { create: false });
  try {
    return await journal?.verifyChain();
  } catch (error) {
    return error;
  } finally {
    await journal?.close();
  }
}

describe("T26: what is wrong with a chain is said", () => {
  const loose =
    "CREATE TABLE events AS SELECT * FROM skill_events; DROP TABLE skill_events; ALTER TABLE events RENAME TO skill_events";
  it.each([
    ["UPDATE skill_events SET principal = CAST(principal AS BLOB) WHERE seq = 3", 3, "a column has another type"],
    [`${loose}; UPDATE skill_events SET seq = NULL WHERE seq = 5`, 5, "a column has another type"],
    [`${loose}; INSERT INTO skill_events SELECT * FROM skill_events WHERE seq = 5`, 6, "an event is missing or numbered wrongly"],
    ["DELETE FROM skill_events WHERE seq = 2", 2, "an event is missing or numbered wrongly"],
    ["UPDATE skill_events SET prev_hash = upper(prev_hash) WHERE seq = 4", 4, "does not follow the event before it"],
    ["UPDATE skill_events SET channel = '' WHERE seq = 3", 3, "was changed: its hash is another"],
  ])("%s", async (sql, seq, problem) => {
    expect(await brokenBy(sql)).toMatchObject({ code: "JournalChainBroken", details: { seq, problem } });
  });
});

describe("T26: an index that does not show the end of the chain", () => {
  it("hides no event from whoever has walked the rest", async () => {
    const file = join(temporaryFolder(), "journal.sqlite3");
    const options = { create: true, auditFile: `${file}.ndjson` } as const;
    const journal = await openJournal(file, options);
    const chain = new KnownChain();
    await journal.transaction((writer) => writer.append(event()));
    await journal.statusesByChain(chain, []);
    await journal.transaction((writer) => writer.append(statusEvent("quarantined", ...STOPPED)));
    await journal.close();
    await hideFromIndex(file, "seq < 2", { name: "last", text: "CREATE INDEX last ON skill_events (seq DESC, hash)" });
    const again = await openJournal(file, options);
    expect(await again.statusByChain(chain, [], ...STOPPED)).toMatchObject({ status: "quarantined" });
    await again.close();
  });
});
