import { rm } from "node:fs/promises";
import { join } from "node:path";
import { scratchFolder } from "../../../../testing/scratch.ts";
import { openJournal } from "../../src/journal/index.ts";
import { journalContract } from "./contract.ts";

journalContract("SQLite", async () => {
  const folder = scratchFolder("journal");
  const open = () =>
    openJournal(join(folder, "data", "journal.sqlite3"), { create: true, auditFile: join(folder, "audit.ndjson") });
  return { journal: await open(), reopen: open, remove: () => rm(folder, { recursive: true }) };
});
