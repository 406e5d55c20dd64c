/** A connection that is kept is never in the way of what others commit to the journal. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { bundleForNode } from "../../../../testing/bundle.ts";
import { scratchFolder } from "../../../../testing/scratch.ts";
import { JournalConnections, newEvent, openJournal } from "../../src/journal/index.ts";

let script: Awaited<ReturnType<typeof bundleForNode>>;
let folder: string;
let file: string;
beforeAll(async () => {
  script = await bundleForNode(fileURLToPath(new URL("hold-and-end.ts", import.meta.url)));
});
beforeEach(() => {
  folder = scratchFolder("connections");
  file = join(folder, "journal.sqlite3");
});

const actor = { now: 1, principal: "user:operator", deviceId: "device", channel: null };
const options = () => ({ create: true, auditFile: `${file}.ndjson` }) as const;
const event = (ulid: string) => newEvent(ulid, actor, "skill.quarantined", { skill_id: "acme.echo" });

async function hold() {
  const child = spawn(process.execPath, [script.file, file], { stdio: ["pipe", "pipe", "inherit"] });
  await once(child.stdout, "data");
  return async (word: string): Promise<string> => {
    let said = "";
    child.stdout.on("data", (more: Buffer) => {
      said += more.toString();
    });
    child.stdin.end(word);
    expect(await once(child, "close")).toEqual([0, null]);
    return said.trim();
  };
}
/** By another process than the one that holds it. */
async function commit(ulid: string): Promise<void> {
  const journal = await openJournal(file, options());
  try {
    await journal.transaction((writer) => void writer.append(event(ulid)));
  } finally {
    await journal.close();
  }
}
async function ulids(): Promise<string[]> {
  const journal = await openJournal(file, { create: false });
  try {
    expect((await journal?.verifyChain())?.events).toBeGreaterThan(0);
    return ((await journal?.events({ last: 9 })) ?? []).map(({ event_ulid }) => event_ulid).sort();
  } finally {
    await journal?.close();
  }
}

describe("T26: the files beside a journal are taken away while a process has it open", () => {
  for (const [taken, suffixes] of [
    ["both", ["-wal", "-shm"]],
    ["the index alone", ["-shm"]],
  ] as const)
    for (const word of ["use", "close", "end"])
      it(`${taken}: what another process commits then stays, whatever the first does (${word})`, async () => {
        const then = await hold();
        for (const suffix of suffixes) rmSync(`${file}${suffix}`);
        await commit("quarantine");
        await then(word);
        expect(await ulids()).toContain("quarantine");
      });

  it("the log alone: nobody commits anything until the first has ended", async () => {
    const then = await hold();
    rmSync(`${file}-wal`);
    await expect(commit("quarantine")).rejects.toHaveCode("JournalUnavailable");
    await then("close");
    await commit("quarantine");
    expect(await ulids()).toContain("quarantine");
  });

  it("and another journal in its place stays what it is", async () => {
    const then = await hold();
    renameSync(file, `${file}.old`);
    for (const suffix of ["-wal", "-shm"]) rmSync(`${file}${suffix}`);
    await commit("quarantine");
    expect(await then("use")).toBe("2");
    expect(await ulids()).toEqual(["quarantine", "third"]);
  });

  it("and nothing beside it is left where nobody touched it", async () => {
    const then = await hold();
    await commit("quarantine");
    expect(await then("use")).toBe("4");
    expect(await ulids()).toEqual(["first", "quarantine", "second", "third"]);
    expect(readdirSync(folder)).toEqual(["journal.sqlite3"]);
  });
});

it("two that are opened at once are in nobody's way", async () => {
  const connections = new JournalConnections();
  const open = () => openJournal(file, { ...options(), connections });
  await (await open()).close();
  const both = await Promise.all([open(), open()]);
  const third = await open();
  await third.transaction((writer) => void writer.append(event("z")));
  for (const each of [third, ...both]) await each.close();
  await connections.close();
  expect(await ulids()).toEqual(["z"]);
});

describe("T33: while one call of this process still uses what was taken away", () => {
  it("no other opens the journal beside it, and that one commits nothing", async () => {
    const connections = new JournalConnections();
    const open = () => openJournal(file, { ...options(), connections });
    await (await open()).close();
    const first = await open();
    rmSync(`${file}-wal`);
    rmSync(`${file}-shm`);
    await expect(open()).rejects.toHaveCode("JournalUnavailable");
    await expect(openJournal(file, { create: false, connections })).rejects.toHaveCode("JournalUnavailable");
    await expect(first.transaction((writer) => void writer.append(event("x")))).rejects.toHaveCode("JournalUnavailable");
    await first.close();
    const next = await open();
    await next.transaction((writer) => void writer.append(event("y")));
    await next.close();
    await connections.close();
    expect(existsSync(file)).toBe(true);
    expect(await ulids()).toEqual(["y"]);
  });
});
