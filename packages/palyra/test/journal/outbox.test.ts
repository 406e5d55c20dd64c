import { appendFile, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { scratchFolder } from "../../../../testing/scratch.ts";
import { auditLine, type Journal, openJournal, projectOutbox, rebuildAuditFile } from "../../src/journal/index.ts";
import { event } from "./contract.ts";

let folder: string;
let auditFile: string;
let journal: Journal;
beforeEach(async () => {
  folder = scratchFolder("outbox");
  auditFile = join(folder, "audit.ndjson");
  journal = await openJournal(join(folder, "journal.sqlite3"), { create: true, auditFile });
});
afterEach(async () => {
  await journal.close();
  await rm(folder, { recursive: true });
});
const write = (count: number) =>
  journal.transaction((writer) => Array.from({ length: count }, (_, n) => writer.append(event({ n }))));
const text = () => readFile(auditFile, "utf8");

describe("audit.ndjson", () => {
  it("has a line for each event, with its kind, time, payload and ulid", async () => {
    const [first] = await write(3);
    expect(await projectOutbox(journal, auditFile)).toBe(3);
    const lines = (await text()).trimEnd().split("\n");
    expect(lines).toHaveLength(3);
    expect(JSON.parse(lines[0] ?? "")).toEqual({
      event_kind: "skill.installed",
      timestamp_unix_ms: 1_700_000_000_000,
      payload: { n: 0 },
      event_ulid: first?.event_ulid,
    });
  });

  it("is not made while nothing waits, nor written twice", async () => {
    expect(await projectOutbox(journal, auditFile)).toBe(0);
    expect(await readdir(folder)).not.toContain("audit.ndjson");
    await write(2);
    await projectOutbox(journal, auditFile);
    const before = await text();
    expect(await projectOutbox(journal, auditFile)).toBe(0);
    expect(await text()).toBe(before);
  });

  it("gets the lines of a batch that was interrupted once only, whatever of it is there", async () => {
    const events = await write(4);
    const lines = events.map(auditLine);
    for (const there of [
      lines.join(""),
      lines.slice(0, 2).join(""),
      lines.slice(0, 3).join("").slice(0, -5),
      lines[0]?.slice(0, 1) ?? "",
    ]) {
      const again = join(folder, "again");
      await writeFile(again, `{"event_kind":"old"}\n${there}`);
      let left = events;
      const waiting = {
        ...journal,
        waiting: async () => left,
        settle: async () => {
          left = [];
        },
      };
      await projectOutbox(waiting, again);
      expect(await readFile(again, "utf8")).toBe(`{"event_kind":"old"}\n${lines.join("")}`);
    }
  });

  it("loses a torn last line of somebody else, however long, and no whole one", async () => {
    await writeFile(auditFile, `{"a":1}\n`);
    await appendFile(auditFile, "x".repeat(200_000));
    const [only] = await write(1);
    await projectOutbox(journal, auditFile);
    expect(await text()).toBe(`{"a":1}\n${only === undefined ? "" : auditLine(only)}`);
  });

  it("takes only the lines that are meant for it, though one journal serves several folders", async () => {
    await write(1);
    await mkdir(join(folder, "other"));
    const other = await openJournal(join(folder, "journal.sqlite3"), {
      create: true,
      auditFile: join(folder, "other", "audit.ndjson"),
    });
    await other.transaction((writer) => writer.append(event({ other: true })));
    expect(await projectOutbox(other, join(folder, "other", "audit.ndjson"))).toBe(1);
    expect(await text().catch(() => "none")).toBe("none");
    expect(await projectOutbox(other, auditFile)).toBe(1);
    await other.close();
  });

  it("leaves the lines waiting where the folder is not there", async () => {
    const elsewhere = join(folder, "gone", "audit.ndjson");
    const other = await openJournal(join(folder, "journal.sqlite3"), { create: true, auditFile: elsewhere });
    await other.transaction((writer) => writer.append(event()));
    expect(await projectOutbox(other, elsewhere)).toBe(0);
    await mkdir(join(folder, "gone"));
    expect(await projectOutbox(other, elsewhere)).toBe(1);
    await other.close();
  });

  it("T40: takes long lines a few at a time: a batch of them is more than any text can be", async () => {
    const long = "x".repeat(5 * 1024 * 1024);
    await journal.transaction((writer) => [long, long, long].map((each) => writer.append(event({ each }))));
    expect(await journal.waiting(auditFile, 500)).toHaveLength(2);
    expect(await projectOutbox(journal, auditFile)).toBe(3);
    const projected = await text();
    await rm(auditFile);
    expect(await rebuildAuditFile(journal, auditFile)).toBe(3);
    expect((await text()) === projected).toBe(true);
  });

  it("goes through more lines than one batch", async () => {
    await write(1203);
    expect(await projectOutbox(journal, auditFile)).toBe(1203);
    const ns = (await text())
      .trimEnd()
      .split("\n")
      .map((line): unknown => JSON.parse(line).payload.n);
    expect(ns).toEqual(Array.from({ length: 1203 }, (_, n) => n));
  });
});
