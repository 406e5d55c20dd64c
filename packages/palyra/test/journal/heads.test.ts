import { cpSync, existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { journalsKeeping } from "../../src/entry/journals.ts";
import { openDatabase } from "../../src/files/index.ts";
import {
  GENESIS,
  type Head,
  type HeadRecords,
  type Journal,
  KnownChain,
  type NewEvent,
  openJournal,
  recordedHead,
} from "../../src/journal/index.ts";
import { temporaryFolder } from "../lifecycle/support.ts";
import { event, row, statusEvent } from "./contract.ts";
import { hideFromIndex } from "./hide-from-index.ts";

let folder: string;
let file: string;
let vault: Vault;
beforeEach(() => {
  folder = temporaryFolder();
  file = join(folder, "journal.sqlite3");
  vault = new Vault();
});

/** What the vault's records do, in memory. */
class Vault implements HeadRecords {
  readonly values = new Map<string, string>();
  writes = 0;
  broken = false;

  async get(key: string): Promise<Uint8Array | undefined> {
    if (this.broken) throw Object.assign(new Error("no vault"), { code: "EIO" });
    const value = this.values.get(key);
    return value === undefined ? undefined : Buffer.from(value);
  }
  async replace(key: string, from: string | undefined, to: string): Promise<boolean> {
    if (this.broken) throw Object.assign(new Error("no vault"), { code: "EIO" });
    if (this.values.get(key) !== from) return false;
    this.values.set(key, to);
    this.writes += 1;
    return true;
  }
}
const recorded = (): Promise<Head | undefined> => recordedHead(vault, file);
const open: Journal[] = [];
afterEach(async () => {
  for (const journal of open.splice(0)) await journal.close();
});
const openHere = async (everyMs = 0) => {
  const journals = journalsKeeping(vault, everyMs);
  const journal = await journals.open(file, { create: true, auditFile: join(folder, "audit.ndjson") });
  open.push(journal);
  return { journal, closeHeads: journals.close };
};
const append = (journal: Journal, ...events: NewEvent[]) =>
  journal.transaction((writer) => events.map((each) => writer.append(each)).at(-1));
const headOf = (journal: Journal): Promise<Head> => journal.head();
const written = async (count: number): Promise<void> => {
  const { journal } = await openHere();
  for (let n = 0; n < count; n += 1) await append(journal, event({ n }));
  await journal.close();
  open.pop();
};
const restore = (from: string): void => {
  for (const end of ["", "-wal", "-shm"]) {
    rmSync(file + end, { force: true });
    if (existsSync(from + end)) cpSync(from + end, file + end);
  }
};
const raw = (...statements: string[]): void => {
  const database = openDatabase(file);
  for (const each of statements) database.exec(each);
  database.close();
};
const UNLOCKED = ["no_update", "no_delete", "at_the_end"].map((name) => `DROP TRIGGER skill_events_${name}`);

describe("T26: the head of a journal in the vault", () => {
  it("is that nothing is there, before the first event, and the last event after it; one write a command", async () => {
    const { journal } = await openHere();
    expect(await recorded()).toBeUndefined();
    await append(journal, event());
    expect(await recorded()).toEqual(GENESIS);
    await append(journal, event(), event());
    expect(await journal.keepHead()).toBeUndefined();
    expect(await recorded()).toEqual(await headOf(journal));
    expect(vault.writes).toBe(2);
    await append(journal, event());
    await append(journal, event());
    await journal.keepHead();
    await journal.keepHead();
    expect(vault.writes).toBe(3);
    await journal.transaction((writer) => writer.status("acme.echo", "1.0.0"));
    await journal.keepHead();
    expect(vault.writes).toBe(3);
    expect((await recorded())?.seq).toBe(5);
  });

  it("is kept by closing, where nobody said so", async () => {
    await written(2);
    expect((await recorded())?.seq).toBe(2);
  });

  it("may be behind the chain, which leads through it then", async () => {
    await written(2);
    const plain = await openJournal(file, { create: true, auditFile: "x" });
    await append(plain, event(), event());
    await plain.close();
    const { journal } = await openHere();
    await append(journal, event());
    await journal.keepHead();
    expect((await recorded())?.seq).toBe(5);
  });

  it("never goes back: of two writers the higher one stays", async () => {
    const { journal: first } = await openHere();
    await append(first, event());
    const { journal: second } = await openHere();
    await append(second, event());
    await second.keepHead();
    expect((await recorded())?.seq).toBe(2);
    expect(await first.keepHead()).toBeUndefined();
    expect((await recorded())?.seq).toBe(2);
  });

  it("is not that of starts, which a power loss may take, until something is synced", async () => {
    const { journal } = await openHere();
    await append(journal, event());
    await journal.keepHead();
    await journal.transaction((writer) => writer.append(event()), { synced: false });
    await journal.keepHead();
    expect((await recorded())?.seq).toBe(1);
    await append(journal, event());
    await journal.keepHead();
    expect((await recorded())?.seq).toBe(3);
  });

  it("counts under the folder's real name, and follows no link of the file's own name", async () => {
    await written(1);
    const other = join(temporaryFolder(), "other.sqlite3");
    const journals = journalsKeeping(vault, 0);
    const journal = await journals.open(other, { create: true, auditFile: "x" });
    open.push(journal);
    await append(journal, event());
    expect(await recordedHead(vault, join(folder, ".", "journal.sqlite3"))).toMatchObject({ seq: 1 });
    expect(await recordedHead(vault, other)).toEqual(GENESIS);
  });
});

const refused = { code: "JournalChainBroken" };

/** What an attacker does to a journal of five events whose head is kept; an older copy of it, with three, lies at `old`. */
const attacks: readonly (readonly [string, (old: string) => void | Promise<void>])[] = [
  ["cut at its end", () => raw(...UNLOCKED, "DELETE FROM skill_events WHERE seq > 3")],
  ["emptied", () => raw(...UNLOCKED, "DELETE FROM skill_events")],
  ["swapped for an older copy", (old) => restore(old)],
  ["deleted", () => restore(join(folder, "none"))],
  [
    "rewritten from its third event, with hashes that fit",
    async (old) => {
      restore(old);
      raw(...UNLOCKED, "DELETE FROM skill_events WHERE seq > 2");
      const forger = await openJournal(file, { create: true, auditFile: "x" });
      for (let n = 0; n < 6; n += 1) await append(forger, event({ forged: n }));
      await forger.close();
    },
  ],
  [
    "forked: another chain from the third event on",
    async (old) => {
      restore(old);
      const forger = await openJournal(file, { create: true, auditFile: "x" });
      await append(forger, event(), event(), event());
      await forger.close();
    },
  ],
  [
    "replaced by INSERT OR REPLACE once its triggers are gone",
    () =>
      raw(
        ...UNLOCKED,
        `INSERT OR REPLACE INTO skill_events VALUES (5, 'new', 'k', 1, 'p', 'd', NULL, '{}', (SELECT hash FROM skill_events WHERE seq = 4), '${"a".repeat(64)}')`,
      ),
  ],
  [
    "given another head by a table of another shape",
    () =>
      raw(
        "PRAGMA legacy_alter_table = ON",
        "ALTER TABLE skill_events RENAME TO hidden",
        "CREATE TABLE skill_events AS SELECT * FROM hidden WHERE seq < 4",
      ),
  ],
];

describe.each(attacks)("T26: a journal that was %s", (_name, attack) => {
  const attacked = async (): Promise<Head | undefined> => {
    await written(3);
    const old = join(folder, "old.sqlite3");
    cpSync(file, old);
    await written(2);
    const kept = await recorded();
    await attack(old);
    return kept;
  };

  it("takes nothing that frees a skill, and all that stops one; what is kept stays", async () => {
    const kept = await attacked();
    const { journal } = await openHere();
    await expect(append(journal, event())).rejects.toMatchObject(refused);
    const before = await headOf(journal);
    await journal.transaction(
      (writer) => {
        writer.putStatus(row("quarantined"), 1);
        // Where the forged table takes no more events, the row alone is written (damage.test.ts).
        if (before.hash !== "a".repeat(64)) writer.append(statusEvent("quarantined"));
      },
      { stops: true },
    );
    expect((await journal.status("acme.echo", "1.0.0")).status).toBe("quarantined");
    if ((await headOf(journal)).seq > before.seq) expect(await journal.keepHead()).toMatchObject(refused);
    expect(await recorded()).toEqual(kept);
    await expect(append(journal, event())).rejects.toMatchObject(refused);
  });

  it("does not lead through it", async () => {
    const kept = await attacked();
    const journal = await openJournal(file, { create: false });
    if (journal === undefined) return;
    open.push(journal);
    if (kept === undefined) throw new Error("nothing is kept");
    await expect(journal.verifyChain([{ ...kept, kept: "here" }])).rejects.toMatchObject(refused);
  });
});

describe("T26: a journal of which nothing is kept", () => {
  it("takes nothing that frees a skill, and adopts no head: what lay there may be anybody's", async () => {
    await written(2);
    vault.values.clear();
    const { journal } = await openHere();
    await expect(append(journal, event())).rejects.toMatchObject({ ...refused, details: { recorded: null } });
    await journal.transaction((writer) => writer.append(statusEvent("quarantined")), { stops: true });
    expect(await journal.keepHead()).toMatchObject({ ...refused, details: { recorded: null } });
    expect(await recorded()).toBeUndefined();
  });

  it("of which something else is kept than a head is not one of which nothing is", async () => {
    await written(1);
    for (const key of vault.values.keys()) vault.values.set(key, '{"seq":1}');
    const { journal } = await openHere();
    await expect(append(journal, event())).rejects.toHaveCode("VaultUnavailable");
  });
});

describe("T26: an index that does not show what stopped a skill", () => {
  it("is found by verifying, and no chain that was walked believes it", async () => {
    const { journal } = await openHere();
    await journal.transaction((writer) => {
      writer.putStatus(row("active"), 1);
      writer.append(statusEvent("active"));
      writer.append(statusEvent("quarantined"));
    });
    await journal.close();
    open.pop();
    await hideFromIndex(file, "seq < 2");
    const reader = await openJournal(file, { create: false });
    if (reader === undefined) throw new Error("no journal");
    open.push(reader);
    // What an index hides is not found by it: what decides does not ask it.
    expect((await reader.status("acme.echo", "1.0.0")).status).toBe("active");
    expect((await reader.scannedStatuses())("acme.echo", "1.0.0").status).toBe("quarantined");
    expect((await reader.statusByChain(new KnownChain(), [], "acme.echo", "1.0.0")).status).toBe("quarantined");
    expect((await reader.statusesByChain(new KnownChain(), []))("acme.echo", "1.0.0").status).toBe("quarantined");
    await expect(reader.verifyChain()).rejects.toMatchObject(refused);
  });
});

describe("the heads of a process that lives long", () => {
  it("are kept at most so often, the last one of them, and at its end", async () => {
    const { journal, closeHeads } = await openHere(60_000);
    for (let n = 0; n < 5; n += 1) {
      await append(journal, event());
      await journal.keepHead();
    }
    await journal.close();
    open.pop();
    expect(await recorded()).toEqual(GENESIS);
    await closeHeads();
    expect((await recorded())?.seq).toBe(5);
    expect(vault.writes).toBe(2);
  });

  it("are kept by themselves", async () => {
    const { journal } = await openHere(20);
    await append(journal, event());
    await journal.keepHead();
    for (let tries = 0; tries < 1000 && (await recorded())?.seq !== 1; tries += 1)
      await new Promise((done) => setTimeout(done, 20));
    expect((await recorded())?.seq).toBe(1);
  });
});
