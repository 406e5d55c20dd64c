import { spawnSync } from "node:child_process";
import { chmod, chown, copyFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { bundleForNode } from "../../../../testing/bundle.ts";
import { scratchFolder } from "../../../../testing/scratch.ts";
import { openDatabase } from "../../src/files/index.ts";
import { openJournal } from "../../src/journal/index.ts";
import { event, row, statusEvent } from "./contract.ts";

const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;

let reader: Awaited<ReturnType<typeof bundleForNode>>;
let folder: string;
let file: string;
beforeAll(async () => {
  reader = await bundleForNode(fileURLToPath(new URL("read-once.ts", import.meta.url)));
});
beforeEach(async () => {
  folder = scratchFolder("read-only");
  file = join(folder, "journal.sqlite3");
});
afterEach(async () => {
  await chmod(folder, 0o700);
  await rm(folder, { recursive: true, force: true });
});

async function filled(name = file): Promise<void> {
  const journal = await openJournal(name, { create: true, auditFile: join(folder, "audit.ndjson") });
  await journal.transaction((writer) => {
    writer.putStatus(row("quarantined"), 1);
    writer.append(statusEvent("quarantined"));
    writer.append(event({ n: 1 }));
  });
  await journal.close();
}

/** What somebody reads who may write neither the file nor beside it. Root always may, so that somebody else reads then. */
async function readWithoutRight(name = file): Promise<unknown> {
  for (const each of await readdir(folder)) {
    if (isRoot) await chown(join(folder, each), NOBODY, NOBODY);
    await chmod(join(folder, each), 0o400);
  }
  if (isRoot) await chown(folder, NOBODY, NOBODY);
  await chmod(folder, 0o500);
  const child = spawnSync(process.execPath, [reader.file, name, ...(isRoot ? [String(NOBODY)] : [])], { encoding: "utf8" });
  expect(child.stderr).toBe("");
  return JSON.parse(child.stdout);
}

describe("a journal that may not be written", () => {
  it("is read where it lies: a backup, a read-only disk", async () => {
    await filled();
    expect(await readWithoutRight()).toEqual({ events: 2, status: "quarantined" });
    expect(await readdir(folder)).toEqual(["journal.sqlite3"]);
  });

  it("is read through a link", async () => {
    await filled();
    await symlink(file, join(folder, "link.sqlite3"));
    const child = await readWithoutRight(join(folder, "link.sqlite3"));
    expect(child).toEqual({ events: 2, status: "quarantined" });
  });

  it("T26: is refused where a change waits beside it that cannot be read, which may be a quarantine", async () => {
    const live = join(folder, "live.sqlite3");
    await filled(live);
    const database = openDatabase(live);
    // Changes wait beside a file that is open; a copy of both is what a crash, or a backup of a live journal, leaves.
    database.exec("PRAGMA wal_autocheckpoint = 0; DELETE FROM skill_status");
    await copyFile(live, file);
    await copyFile(`${live}-wal`, `${file}-wal`);
    database.close();
    expect(await readWithoutRight()).toMatchObject({
      code: "JournalUnavailable",
      details: { problem: expect.stringMatching(/-wal/) },
    });
  });

  it("says that it is no journal where it is none", async () => {
    await writeFile(file, "not a database, and longer than the header of one would have to be to be looked at at all");
    expect(await readWithoutRight()).toMatchObject({ code: "JournalUnavailable" });
  });
});
