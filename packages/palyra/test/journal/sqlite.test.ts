import { readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { scratchFolder } from "../../../../testing/scratch.ts";
import { openDatabase } from "../../src/files/index.ts";
import { type Journal, JournalConnections, openJournal } from "../../src/journal/index.ts";
import { event, row, statusEvent } from "./contract.ts";

let folder: string;
let file: string;
beforeEach(async () => {
  folder = scratchFolder("journal");
  file = join(folder, "journal.sqlite3");
});

const openHere = () => openJournal(file, { create: true, auditFile: join(folder, "audit.ndjson") });
const raw = <Result>(work: (sql: ReturnType<typeof openDatabase>) => Result): Result => {
  const database = openDatabase(file);
  try {
    return work(database);
  } finally {
    database.close();
  }
};
const rows = (columns: string[], rest: string): unknown[] =>
  raw((database) => {
    const found: unknown[] = [];
    database.select(columns, rest, [], (each) => {
      found.push([...each]);
    });
    return found;
  });
async function filled(events: number): Promise<void> {
  const journal = await openHere();
  await journal.transaction((writer) => {
    writer.putStatus(row("active"), 1);
    for (let n = 0; n < events; n += 1) writer.append(n % 2 === 0 ? event({ n, text: "ä" }) : statusEvent("disabled"));
  });
  await journal.close();
}

describe("statuses that are asked for again and again", () => {
  it("are the ones there are now, whatever of a row was changed, by whomever", async () => {
    await filled(0);
    const journal = await openHere();
    const rowNow = async () => (await journal.statuses())("acme.echo", "1.0.0").row;
    try {
      const first = await rowNow();
      expect(await rowNow()).toBe(first);
      const changes = [
        "status = 'disabled'",
        "reason = ''",
        "reason = 'NULL'",
        "operator_principal = 'user:' || char(0) || 'a'",
        "detected_at_ms = 2",
        "detected_at_ms = 2.5",
      ];
      let before = first;
      for (const change of changes) {
        raw((database) => database.exec(`UPDATE skill_status SET ${change}`));
        const now = await rowNow();
        expect(now, change).not.toEqual(before);
        expect(await rowNow(), change).toBe(now);
        before = now;
      }
      raw((database) => database.exec("DELETE FROM skill_status"));
      expect(await rowNow()).toBeUndefined();
    } finally {
      await journal.close();
    }
  });
});

describe("events of one skill", () => {
  it("are those that name it, in any case and spelling, and those that lost whose they are", async () => {
    await filled(0);
    const payloads = [
      '{"skill_id":"acme.echo"}',
      '{"skill_id":"ACME.Echo"}',
      '{"skill_id":"acme\\u002eecho"}',
      '{"skill_id":"acmeXecho"}',
      '{"skill_id":"other.tool","note":"acme.echo"}',
      '{"skill_id":"acme.echo',
      "5",
      "null",
      "{}",
      "",
    ];
    raw((database) => {
      for (const [n, payload] of payloads.entries())
        database.run("INSERT INTO skill_events VALUES (?1, ?2, 'skill.installed', 1, 'p', 'd', NULL, ?3, ?4, ?4)", [
          n + 1,
          `ulid-${n}`,
          payload,
          `hash-${n}`,
        ]);
    });
    const journal = await openHere();
    const found = await journal.events({ skillId: "acme.ECHO" });
    await journal.close();
    expect(found.map(({ seq }) => payloads[seq - 1])).toEqual([...payloads.slice(0, 3), ...payloads.slice(5, 8), ""]);
  });
});

describe("the journal's file", () => {
  it("has skill_status exactly as Palyra has it", async () => {
    await filled(0);
    const columns = rows(["name", "type", '"notnull"', "pk"], "FROM pragma_table_info('skill_status')");
    expect(columns).toEqual([
      ["skill_id", "TEXT", 1n, 1n],
      ["version", "TEXT", 1n, 2n],
      ["status", "TEXT", 1n, 0n],
      ["reason", "TEXT", 0n, 0n],
      ["detected_at_ms", "INTEGER", 1n, 0n],
      ["operator_principal", "TEXT", 1n, 0n],
      ["created_at_unix_ms", "INTEGER", 1n, 0n],
      ["updated_at_unix_ms", "INTEGER", 1n, 0n],
    ]);
  });

  it("is in WAL mode, 0600, and alone once it is closed", async () => {
    await filled(1);
    expect(rows(["journal_mode"], "FROM pragma_journal_mode")).toEqual([["wal"]]);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(["journal.sqlite3"]);
  });

  it("is not made by a reader, who leaves nothing beside one that is there", async () => {
    expect(await openJournal(file, { create: false })).toBeUndefined();
    expect(await openJournal(join(folder, "no", "such", "file"), { create: false })).toBeUndefined();
    expect(await readdir(folder)).toEqual([]);
    await filled(2);
    const reader = await openJournal(file, { create: false });
    expect((await reader?.status("acme.echo", "1.0.0"))?.status).toBe("disabled");
    await reader?.close();
    expect(await readdir(folder)).toEqual(["journal.sqlite3"]);
  });

  it("may be a live Palyra's: its journal mode and its other tables stay as they are", async () => {
    raw((database) => {
      database.exec(
        "PRAGMA journal_mode = DELETE; CREATE TABLE journal_events (id INTEGER); CREATE TABLE schema_migrations (v TEXT)",
      );
      database.exec("INSERT INTO journal_events VALUES (1)");
    });
    await filled(2);
    expect(rows(["journal_mode"], "FROM pragma_journal_mode")).toEqual([["delete"]]);
    expect(rows(["id"], "FROM journal_events")).toEqual([[1n]]);
    expect(rows(["name"], "FROM sqlite_master WHERE type = 'table' ORDER BY rowid")).toEqual([
      ["journal_events"],
      ["schema_migrations"],
      ["skill_status"],
      ["skill_events"],
      ["skill_outbox"],
      ["skill_schema"],
    ]);
  });

  it("without our tables says nothing, and is not given any by a reader", async () => {
    raw((database) => database.exec("CREATE TABLE other (a)"));
    const reader = await openJournal(file, { create: false });
    expect(await reader?.status("acme.echo", "1.0.0")).toEqual({ status: "unknown", source: "unknown" });
    expect((await reader?.statuses())?.("acme.echo", "1.0.0").source).toBe("unknown");
    expect(await reader?.events({})).toEqual([]);
    await reader?.close();
    expect(rows(["name"], "FROM sqlite_master")).toEqual([["other"]]);
  });

  it("of a newer release is refused, by readers too", async () => {
    await filled(0);
    raw((database) => database.exec("INSERT INTO skill_schema VALUES (2)"));
    await expect(openHere()).rejects.toHaveCode("JournalUnavailable");
    await expect(openJournal(file, { create: false })).rejects.toMatchObject({
      details: { problem: expect.stringContaining("2") },
    });
  });

  it("is looked at as another leaves it, by a connection that is kept: tables undone are made again, a newer release's number and a failed read are refused", async () => {
    const connections = new JournalConnections();
    const auditFile = join(folder, "audit.ndjson");
    const append = async (n: number) => {
      const journal = await openJournal(file, { create: true, auditFile, connections });
      await journal.transaction((writer) => writer.append(event({ n })));
      await journal.close();
    };
    for (const n of [1, 2, 3]) await append(n);
    raw((database) => database.exec("DROP TABLE skill_outbox; DROP INDEX skill_events_status_key"));
    await append(4);
    expect(rows(["count(*)"], "FROM skill_outbox")).toEqual([[1n]]);
    expect(rows(["name"], "FROM sqlite_master WHERE name = 'skill_events_status_key'")).toHaveLength(1);
    // One table alone: nobody keeps a skill from being stopped by that (T26).
    raw((database) => database.exec("DROP TABLE skill_outbox"));
    await append(5);
    expect(rows(["count(*)"], "FROM skill_outbox")).toEqual([[1n]]);
    raw((database) => database.exec("ALTER TABLE skill_events RENAME COLUMN hash TO other"));
    await expect(append(5)).rejects.toHaveCode("JournalUnavailable");
    raw((database) => database.exec("ALTER TABLE skill_events RENAME COLUMN other TO hash"));
    await append(6);
    raw((database) => database.exec("INSERT INTO skill_schema VALUES (2)"));
    await expect(append(7)).rejects.toHaveCode("JournalUnavailable");
    await connections.close();
  });

  it.skipIf(process.platform !== "linux")(
    "leaves nothing open where it cannot be opened, however often that is tried",
    async () => {
      await writeFile(file, "x".repeat(4096));
      const connections = new JournalConnections();
      const opened = async (): Promise<number> => (await readdir("/proc/self/fd")).length;
      const open = () => openJournal(file, { create: true, auditFile: join(folder, "audit.ndjson"), connections });
      await expect(open()).rejects.toHaveCode("JournalUnavailable");
      const before = await opened();
      for (let time = 0; time < 20; time += 1) await expect(open()).rejects.toHaveCode("JournalUnavailable");
      expect(await opened()).toBeLessThan(before + 10);
      await connections.close();
    },
  );

  it("is refused with a code where it is no SQLite file, a folder, or damaged", async () => {
    await writeFile(file, "x".repeat(4096));
    await expect(openHere()).rejects.toHaveCode("JournalUnavailable");
    await expect(openJournal(folder, { create: false })).rejects.toHaveCode("JournalUnavailable");
    await expect(openJournal(join(file, "below"), { create: true, auditFile: "x" })).rejects.toHaveCode("JournalUnavailable");
  });

  it("counts the most restrictive of rows that differ in case, and survives another program's numbers", async () => {
    await filled(0);
    raw((database) => {
      database.exec("INSERT INTO skill_status VALUES ('ACME.echo','1.0.0','quarantined',NULL,9223372036854775807,'p',1,1)");
      database.exec("INSERT INTO skill_status VALUES ('Acme.echo','1.0.0',x'00',NULL,1,'p',1,1)");
    });
    const journal = await openHere();
    expect((await journal.status("acme.echo", "1.0.0")).status).toBe("quarantined");
    await journal.transaction((writer) => writer.putStatus(row("active"), 9));
    expect((await journal.statuses())("acme.echo", "1.0.0").status).toBe("active");
    await journal.close();
  });

  it("names itself where another process writes for longer than anybody waits", async () => {
    const journal = await openHere();
    const other = openDatabase(file);
    other.exec("BEGIN IMMEDIATE");
    let now = 0;
    const clock = vi.spyOn(performance, "now").mockImplementation(() => {
      now += 20_000;
      return now;
    });
    try {
      await expect(journal.transaction((writer) => writer.append(event()))).rejects.toMatchObject({
        code: "LockTimeout",
        details: { file, waited_ms: 40_000 },
      });
    } finally {
      clock.mockRestore();
      other.close();
      await journal.close();
    }
  });

  it("waits for a transaction of another connection", async () => {
    const journal = await openHere();
    const other = openDatabase(file);
    other.exec("BEGIN IMMEDIATE");
    setTimeout(() => other.exec("ROLLBACK"), 300);
    await journal.transaction((writer) => writer.append(event()));
    expect((await journal.verifyChain()).events).toBe(1);
    other.close();
    await journal.close();
  });
});

describe("T26: the event log is append-only", () => {
  const insert = (words: string, seq: string, ulid: string, prev: string): string =>
    `INSERT ${words} INTO skill_events VALUES (${seq}, '${ulid}', 'k', 1, 'p', 'd', NULL, '{}', '${prev}', 'h')`;
  it.each([
    "UPDATE skill_events SET kind = 'other' WHERE seq = 2",
    "UPDATE OR REPLACE skill_events SET seq = 1 WHERE seq = 2",
    "DELETE FROM skill_events",
    "DELETE FROM skill_events WHERE seq = 3",
    insert("OR REPLACE", "3", "new", "new"),
    insert("OR REPLACE", "1", "new", "new"),
    insert("", "0", "new", "new"),
    insert("", "-5", "new", "new"),
    insert("OR REPLACE", "4", "new", "' || (SELECT prev_hash FROM skill_events WHERE seq = 2) || '"),
    insert("OR REPLACE", "4", "' || (SELECT event_ulid FROM skill_events WHERE seq = 2) || '", "new"),
    insert("OR IGNORE", "2", "new", "new"),
  ])("%s", async (sql) => {
    await filled(3);
    const before = rows(["seq", "hash"], "FROM skill_events ORDER BY seq");
    expect(() => raw((database) => database.exec(sql))).toThrow("append-only");
    expect(rows(["seq", "hash"], "FROM skill_events ORDER BY seq")).toEqual(before);
  });
});

describe("T26: what was changed behind the triggers' back is found", () => {
  const tampered = async (...sql: string[]): Promise<Journal> => {
    raw((database) => {
      for (const name of ["no_update", "no_delete", "at_the_end"]) database.exec(`DROP TRIGGER skill_events_${name}`);
      for (const each of sql) database.exec(each);
    });
    return openHere();
  };
  const brokenAt = async (seq: number, ...sql: string[]): Promise<void> => {
    await filled(4);
    const journal = await tampered(...sql);
    await expect(journal.verifyChain()).rejects.toMatchObject({ code: "JournalChainBroken", details: { seq } });
    await journal.close();
  };

  it("a deleted event", () => brokenAt(2, "DELETE FROM skill_events WHERE seq = 2"));
  it("a deleted first event", () => brokenAt(1, "DELETE FROM skill_events WHERE seq = 1"));
  it("two events swapped", () =>
    brokenAt(
      2,
      "UPDATE skill_events SET seq = 9 WHERE seq = 2",
      "UPDATE skill_events SET seq = 2 WHERE seq = 3",
      "UPDATE skill_events SET seq = 3 WHERE seq = 9",
    ));
  it("a gap at the end", () => brokenAt(4, "UPDATE skill_events SET seq = 5 WHERE seq = 4"));
  it("text that is cut by a NUL for some readers", () =>
    brokenAt(3, "UPDATE skill_events SET principal = principal || char(0) || 'x' WHERE seq = 3"));
  it("a text that became a blob of the same bytes", () =>
    brokenAt(3, "UPDATE skill_events SET payload_json = CAST(payload_json AS BLOB) WHERE seq = 3"));
  it("a channel that became empty", () => brokenAt(2, "UPDATE skill_events SET channel = '' WHERE seq = 2"));

  it("any byte of any column of any event", async () => {
    await filled(4);
    const text = ["event_ulid", "kind", "principal", "device_id", "payload_json", "prev_hash", "hash"] as const;
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.constantFrom(...text),
        fc.nat(),
        fc.nat({ max: 254 }),
        async (seq, column, at, by) => {
          const [[value]] = rows([`hex(CAST(${column} AS BLOB))`], `FROM skill_events WHERE seq = ${seq}`) as [[string]];
          const bytes = Buffer.from(value, "hex");
          const place = at % bytes.length;
          bytes[place] = (bytes[place] ?? 0) ^ (by + 1);
          const changed = `CAST(x'${bytes.toString("hex")}' AS TEXT)`;
          // The table itself takes no id twice.
          fc.pre(rows(["seq"], `FROM skill_events WHERE ${column} = ${changed}`).length === 0);
          const set = (hex: string) => `UPDATE skill_events SET ${column} = CAST(x'${hex}' AS TEXT) WHERE seq = ${seq}`;
          raw((database) => database.exec("DROP TRIGGER IF EXISTS skill_events_no_update"));
          raw((database) => database.exec(set(bytes.toString("hex"))));
          const journal = await openHere();
          await expect(journal.verifyChain()).rejects.toHaveCode("JournalChainBroken");
          await journal.close();
          raw((database) => database.exec(set(value)));
        },
      ),
      { numRuns: 60 },
    );
    const journal = await openHere();
    expect((await journal.verifyChain()).events).toBe(4);
    await journal.close();
  });

  it.each(["seq", "timestamp_unix_ms"])("another %s", async (column) => {
    await brokenAt(4, `UPDATE skill_events SET ${column} = ${column} + 1 WHERE seq = 4`);
  });
});
