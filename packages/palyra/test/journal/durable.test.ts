import { join } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { scratchFolder } from "../../../../testing/scratch.ts";
import type { Database } from "../../src/files/index.ts";
import { openJournal } from "../../src/journal/index.ts";
import { event, row } from "./contract.ts";

/** What holds for each transaction at its end, in their order. */
const commits: { readonly synchronous: unknown; readonly fullfsync: unknown }[] = [];

vi.mock("../../src/files/index.ts", async (importOriginal) => {
  const files = await importOriginal<typeof import("../../src/files/index.ts")>();
  const openDatabase: typeof files.openDatabase = (path, options) => {
    const database = files.openDatabase(path, options);
    const exec = database.exec.bind(database);
    database.exec = (sql: string): void => {
      if (sql === "COMMIT")
        commits.push({ synchronous: pragma(database, "synchronous"), fullfsync: pragma(database, "fullfsync") });
      exec(sql);
    };
    return database;
  };
  return { ...files, openDatabase };
});

function pragma(database: Database, name: string): unknown {
  let value: unknown;
  database.select([name], `FROM pragma_${name}`, [], ([found]) => {
    value = found;
  });
  return value;
}

/** Of SQLite: FULL syncs the log at each commit, NORMAL does not (https://sqlite.org/pragma.html#pragma_synchronous). */
const FULL = 2n;

let folder: string;
beforeEach(async () => {
  folder = scratchFolder("durable");
  commits.length = 0;
});

describe("T18: a power loss loses no quarantine", () => {
  it("since what it is written with is synced before the transaction is over, whatever was written before", async () => {
    const auditFile = join(folder, "audit.ndjson");
    const journal = await openJournal(join(folder, "journal.sqlite3"), { create: true, auditFile });
    const quarantine = () =>
      journal.transaction((writer) => {
        writer.putStatus(row("quarantined"), 1);
        return writer.append(event()).seq;
      });
    const durable = { synchronous: FULL, fullfsync: 1n };
    const seq = await quarantine();
    expect(commits.at(-1)).toEqual(durable);
    // Forgetting a projected line need not be durable, and must not make what follows it less so.
    await journal.settle(auditFile, [seq]);
    commits.length = 0;
    await quarantine();
    expect(commits).toEqual([durable]);
    await journal.close();
  });
});
