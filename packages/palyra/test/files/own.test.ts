import { linkSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { scratchFolder } from "../../../../testing/scratch.ts";
import { openDatabase, readOwn, withFreeLock, withLock, writeFileAtomically, writeOwn } from "../../src/files/index.ts";

const base = scratchFolder("own");
let folder = base;
let precious = "";
let next = 0;
beforeEach(() => {
  next += 1;
  folder = join(base, String(next));
  mkdirSync(folder);
  precious = join(folder, "precious");
  writeFileSync(precious, "precious");
});

const isSafe = () => readFileSync(precious, "utf8") === "precious";
/** Ways to make one file's name mean another. */
const WAYS = [
  { name: "a link", lay: (path: string) => symlinkSync(precious, path) },
  { name: "a second name", lay: (path: string) => linkSync(precious, path) },
];

describe.skipIf(process.platform === "win32")("T25: files in a folder that a stranger has filled", () => {
  it.each(WAYS)("are neither read nor written through $name", async ({ lay }) => {
    const file = join(folder, "file");
    lay(file);
    await expect(readOwn(file, 100)).rejects.toHaveCode("Io");
    await expect(writeOwn(file, "x")).rejects.toHaveCode("Io");
    expect(isSafe()).toBe(true);
    rmSync(file);
    expect(await readOwn(file, 100)).toBeUndefined();
    await writeOwn(file, "longer");
    await writeOwn(file, "x");
    expect(readFileSync(file, "utf8")).toBe("x");
    expect(lstatSync(file).mode & 0o777).toBe(0o600);
  });

  it.each(WAYS)("a lock is neither made nor held through $name, nor is its holder named there", async ({ lay }) => {
    const lock = join(folder, ".lock");
    lay(lock);
    await expect(withLock(lock, { purpose: "test" }, async () => {})).rejects.toHaveCode("Io");
    await expect(withFreeLock(lock, { purpose: "test" }, async () => {})).rejects.toHaveCode("Io");
    rmSync(lock);
    symlinkSync(join(folder, "none"), lock);
    await expect(withLock(lock, { purpose: "test" }, async () => {})).rejects.toHaveCode("Io");
    expect(readdirSync(folder).sort()).toEqual([".lock", "precious"]);
    rmSync(lock);
    lay(`${lock}.holder`);
    await withLock(lock, { purpose: "test" }, async () => {});
    expect(isSafe()).toBe(true);
  });

  it("a lock with a journal beside it is not opened: SQLite deletes the file that the journal names", async () => {
    const lock = join(folder, ".lock");
    for (const companion of ["-journal", "-wal"]) {
      writeFileSync(lock, "");
      writeFileSync(lock + companion, "x");
      await expect(withLock(lock, { purpose: "test" }, async () => {})).rejects.toHaveCode("Io");
      expect(readFileSync(lock + companion, "utf8")).toBe("x");
      rmSync(lock + companion);
    }
    rmSync(lock);
    const database = openDatabase(lock);
    database.exec("CREATE TABLE t (a)");
    database.close();
    await expect(withLock(lock, { purpose: "test" }, async () => {})).rejects.toHaveCode("Io");
  });

  it.each(WAYS)("an atomic write does not go through $name where it writes first", async ({ lay }) => {
    const temporary = join(folder, "temporary");
    lay(temporary);
    await writeFileAtomically(join(folder, "file"), "new", { mode: 0o600, temporary });
    expect(isSafe()).toBe(true);
    expect(lstatSync(join(folder, "file")).isFile()).toBe(true);
    expect(readFileSync(join(folder, "file"), "utf8")).toBe("new");
  });
});
