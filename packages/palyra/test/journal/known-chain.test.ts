import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openDatabase } from "../../src/files/index.ts";
import { KnownChain, openJournal } from "../../src/journal/index.ts";
import { temporaryFolder } from "../lifecycle/support.ts";
import { event } from "./contract.ts";

/** More than are held against each other at a time. */
const EVENTS = 300;

describe("T26: a journal that was walked, and walked anew, is not believed for what it was", () => {
  const edits: readonly (readonly [string, string])[] = [
    ["the first event's payload", `UPDATE skill_events SET payload_json = payload_json || ' ' WHERE seq = 1`],
    ["a text of the same length", `UPDATE skill_events SET principal = 'x' || substr(principal, 2) WHERE seq = 128`],
    ["bytes that move from one field to the next", moved(129)],
    [
      "a number that becomes a text",
      `UPDATE skill_events SET timestamp_unix_ms = CAST(timestamp_unix_ms || 'x' AS TEXT) WHERE seq = 200`,
    ],
    ["no channel that becomes an empty one", "UPDATE skill_events SET channel = '' WHERE seq = 256"],
    ["a hash in the middle", `UPDATE skill_events SET hash = replace(hash, substr(hash, 1, 1), 'g') WHERE seq = 257`],
    ["an event that is gone", "DELETE FROM skill_events WHERE seq = 150"],
    ["one more before the first", copied(0)],
    ["one more before all numbers", copied(-5)],
    ["one more that can be no link", copied(-5, "BLOB")],
  ];
  it.each(edits)("%s", async (_, sql) => {
    const file = join(temporaryFolder(), "journal.sqlite3");
    const journal = await openJournal(file, { create: true, auditFile: `${file}.ndjson` });
    const chain = new KnownChain();
    try {
      await journal.transaction((writer) => {
        for (let each = 0; each < EVENTS; each += 1) writer.append(event());
      });
      await journal.statusesByChain(chain, []);
      expect(chain.head.seq).toBe(EVENTS);
      await journal.statusesByChain(new KnownChain(), []);
      const database = openDatabase(file);
      for (const trigger of triggersOf(database)) database.exec(`DROP TRIGGER ${trigger}`);
      database.exec(sql);
      database.close();
      await expect(journal.statusesByChain(new KnownChain(), [])).rejects.toHaveCode("JournalChainBroken");
    } finally {
      await journal.close();
    }
  });
});

function moved(seq: number): string {
  return `UPDATE skill_events SET principal = principal || substr(device_id, 1, 1), device_id = substr(device_id, 2) WHERE seq = ${seq}`;
}

function copied(seq: number, payload = "TEXT"): string {
  const rest = `event_ulid || 'x', kind, timestamp_unix_ms, principal, device_id, channel, CAST(payload_json AS ${payload}), prev_hash || 'x', hash || 'x'`;
  return `INSERT INTO skill_events SELECT ${seq}, ${rest} FROM skill_events WHERE seq = 1`;
}

function triggersOf(database: ReturnType<typeof openDatabase>): readonly string[] {
  const names: string[] = [];
  database.select(["name"], "FROM sqlite_master WHERE type = 'trigger'", [], ([name]) => {
    names.push(String(name));
  });
  return names;
}
