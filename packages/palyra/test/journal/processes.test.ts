import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { beforeAll, beforeEach, expect, it } from "vitest";
import { bundleForNode } from "../../../../testing/bundle.ts";
import { scratchFolder } from "../../../../testing/scratch.ts";
import { openDatabase } from "../../src/files/index.ts";
import { openJournal } from "../../src/journal/index.ts";

let script: Awaited<ReturnType<typeof bundleForNode>>;
let folder: string;
let file: string;
beforeAll(async () => {
  script = await bundleForNode(fileURLToPath(new URL("append-forever.ts", import.meta.url)));
});
beforeEach(async () => {
  folder = scratchFolder("journal");
  file = join(folder, "data", "journal.sqlite3");
});

const start = (name: string, count: number) =>
  spawn(process.execPath, [script.file, file, name, String(count)], { stdio: ["ignore", "pipe", "inherit"] });
const read = async () => {
  const journal = await openJournal(file, { create: false });
  if (journal === undefined) throw new Error("no journal");
  return journal;
};

it("T18, T26: eight processes that write at once, the first of them making the file, lose nothing and fork nothing", async () => {
  const [processes, each] = [8, 12];
  const children = Array.from({ length: processes }, (_, n) => start(`p${n}`, each));
  const codes = await Promise.all(children.map(async (child) => (await once(child, "exit"))[0]));
  expect(codes).toEqual(Array.from({ length: processes }, () => 0));
  const journal = await read();
  expect((await journal.verifyChain()).events).toBe(processes * each);
  const status = await journal.statuses();
  for (let n = 0; n < processes; n += 1) expect(status(`p${n}`, `1.0.${each - 1}`).row?.detected_at_ms).toBe(each - 1);
  await journal.close();
  expect(await readdir(join(folder, "data"))).toEqual(["journal.sqlite3"]);
});

it("T18: a killed process leaves status and event of each change, or neither", async () => {
  for (const patience of [3, 7, 11, 20]) {
    const child = start(`k${patience}`, 1_000_000);
    await once(child.stdout, "data");
    await sleep(patience);
    child.kill("SIGKILL");
    await once(child, "exit");
  }
  const journal = await openJournal(file, { create: true, auditFile: "x" });
  await journal.verifyChain();
  const status = await journal.statuses();
  const events = await journal.events({ last: 1_000_000 });
  for (const event of events) {
    const [name = "", n = ""] = event.event_ulid.split("-");
    expect(status(name, `1.0.${n}`).row?.created_at_unix_ms).toBe(Number(n));
    expect(
      status(name, `1.0.${Number(n) + 1}`).status === "unknown" ||
        events.some((each) => each.event_ulid === `${name}-${Number(n) + 1}`),
    ).toBe(true);
  }
  expect(events.length).toBeGreaterThan(0);
  await journal.close();
});

it("T18: who reads all the time keeps nobody from writing, in another mode than WAL too, as a live Palyra may have it", async () => {
  const first = start("p", 1);
  await once(first, "exit");
  const database = openDatabase(file);
  database.exec("PRAGMA journal_mode = DELETE");
  database.close();
  const reader = await bundleForNode(fileURLToPath(new URL("read-again.ts", import.meta.url)));
  const readers = Array.from({ length: 4 }, () =>
    spawn(process.execPath, [reader.file, file], { stdio: ["ignore", "pipe", "inherit"] }),
  );
  try {
    await Promise.all(readers.map(({ stdout }) => once(stdout, "data")));
    const writer = start("q", 1);
    expect(await once(writer, "exit")).toEqual([0, null]);
  } finally {
    for (const each of readers) each.kill("SIGKILL");
    await Promise.all(readers.map((each) => once(each, "exit")));
  }
  const journal = await read();
  expect((await journal.verifyChain()).events).toBe(2);
  await journal.close();
});
