// What docs/backup.md says, done.
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { openDatabase } from "../../src/files/index.ts";
import { openJournal } from "../../src/journal/index.ts";
import { commandLine, errorOf, type Ran, temporaryFolder } from "../cli/support.ts";
import { skillBytes } from "../lifecycle/support.ts";

let root: string;
let state: string;
const artifact = (): string => join(root, "echo.palyra-skill");
const palyra = (...words: string[]): Promise<Ran> => commandLine(root)(...words);
const at = (place: string, ...words: string[]): Promise<Ran> => commandLine(root)("--state-root", place, ...words);

beforeEach(async () => {
  root = temporaryFolder();
  state = join(root, "state");
  writeFileSync(artifact(), await skillBytes());
  expect((await palyra("skills", "install", "--artifact", artifact(), "--allow-untrusted")).exit).toBe(0);
  const store = commandLine(root, { stdin: Buffer.from("hunter2") });
  expect((await store("secrets", "set", "skill:acme.echo", "token", "--value-stdin")).exit).toBe(0);
});

/** `cp -a`: with modes as they are. */
function copyAll(from: string, to: string): void {
  cpSync(from, to, { recursive: true, preserveTimestamps: true });
  for (const name of [".", ...readdirSync(from, { recursive: true, encoding: "utf8" })])
    chmodSync(join(to, name), statSync(join(from, name)).mode & 0o7777);
}

async function accept(place: string): Promise<void> {
  expect((await at(place, "skills", "journal", "accept-head", "--yes")).exit).toBe(0);
  expect((await at(place, "skills", "trust", "accept-changes", "--yes")).exit).toBe(0);
}

describe("what tools have written", () => {
  it("is in the copy, and stays when the skill is removed, which says where it is", async () => {
    const data = join(state, "skill-data", "acme.echo");
    mkdirSync(join(data, "notes"), { recursive: true, mode: 0o700 });
    writeFileSync(join(data, "notes", "one.txt"), "kept");
    copyAll(state, join(root, "copy"));
    const removed = JSON.parse((await palyra("skills", "remove", "acme.echo", "--json")).stdout);
    expect(removed).toMatchObject({ removed_versions: ["1.0.0"], data_kept: data });
    for (const place of [state, join(root, "copy")])
      expect(readFileSync(join(place, "skill-data", "acme.echo", "notes", "one.txt"), "utf8")).toBe("kept");
    expect((await palyra("skills", "install", "--artifact", artifact(), "--allow-untrusted")).exit).toBe(0);
    expect((await palyra("skills", "remove", "acme.echo")).stdout).toContain(`stays in ${data}`);
    rmSync(data, { recursive: true });
    expect((await palyra("skills", "install", "--artifact", artifact(), "--allow-untrusted")).exit).toBe(0);
    expect(JSON.parse((await palyra("skills", "remove", "acme.echo", "--json")).stdout)).not.toHaveProperty("data_kept");
  });
});

describe("restoring at the same place", () => {
  it("brings everything back, and nothing has to be accepted", async () => {
    const copy = join(root, "copy");
    copyAll(state, copy);
    expect((await palyra("skills", "remove", "acme.echo")).exit).toBe(0);
    renameSync(state, join(root, "away"));
    copyAll(copy, state);
    expect(await palyra("doctor", "--json")).toMatchObject({ exit: 0 });
    expect((await palyra("skills", "check", "--strict")).exit).toBe(0);
    expect((await palyra("secrets", "get", "skill:acme.echo", "token", "--reveal")).stdout).toBe("hunter2");
    expect((await palyra("skills", "quarantine", "acme.echo")).exit).toBe(0);
  });
  it("without the vault's key nothing is believed and nothing is made anew, until it is put back", async () => {
    const copy = join(root, "copy");
    copyAll(state, copy);
    const key = join(state, "vault", "palyra-skills.key");
    renameSync(key, join(root, "kept-apart"));
    expect(errorOf(await palyra("skills", "check", "--json"))).toMatchObject({ code: "VaultUnavailable" });
    expect((await palyra("doctor")).exit).toBe(1);
    expect(readdirSync(join(state, "vault"))).not.toContain("palyra-skills.key");
    renameSync(join(root, "kept-apart"), key);
    expect((await palyra("doctor")).exit).toBe(0);
  });
});

describe("moving to another place", () => {
  it("T25: what lies there is not believed until a person accepts it, and then all is there", async () => {
    const moved = join(root, "elsewhere", "state");
    mkdirSync(join(root, "elsewhere"), { mode: 0o700 });
    renameSync(state, moved);
    expect((await at(moved, "doctor")).exit).toBe(1);
    expect(errorOf(await at(moved, "skills", "audit", "--json"))).toMatchObject({ code: "TrustStoreChanged" });
    // What makes a skill less eligible goes on.
    expect((await at(moved, "skills", "quarantine", "acme.echo")).exit).toBe(0);
    await accept(moved);
    expect(await at(moved, "doctor")).toMatchObject({ exit: 0 });
    expect((await at(moved, "skills", "enable", "acme.echo", "--override")).exit).toBe(0);
    // Nothing is started by a verdict of another place.
    expect((await at(moved, "skills", "check", "--strict")).exit).toBe(1);
    expect((await at(moved, "skills", "audit")).exit).toBe(0);
    expect((await at(moved, "skills", "check", "--strict")).exit).toBe(0);
    expect((await at(moved, "secrets", "get", "skill:acme.echo", "token", "--reveal")).stdout).toBe("hunter2");
  });
  it("a vault under a passphrase opens elsewhere", async () => {
    const types = "correct horse\ncorrect horse\n";
    expect((await commandLine(root, { types })("secrets", "rekey", "--to", "passphrase")).exit).toBe(0);
    const moved = join(root, "moved");
    copyAll(state, moved);
    rmSync(state, { recursive: true });
    const passphrase = join(root, "passphrase");
    writeFileSync(passphrase, "correct horse\n", { mode: 0o600 });
    const there = commandLine(root, { env: { PALYRA_VAULT_PASSPHRASE_FILE: passphrase } });
    const got = await there("--state-root", moved, "secrets", "get", "skill:acme.echo", "token", "--reveal");
    expect(got).toMatchObject({ exit: 0, stdout: "hunter2" });
  });
});

describe("copying the journal while others write", () => {
  it("by SQLite's own way: the copy is whole, and nobody waits or is refused", async () => {
    const journal = join(state, "data", "journal.sqlite3");
    const writers = ["disable", "enable", "disable", "enable", "disable"].map(async (verb) =>
      palyra("skills", verb, "acme.echo", ...(verb === "enable" ? ["--override"] : [])),
    );
    const copies = [1, 2, 3].map((each) => join(root, `copy-${each}.sqlite3`));
    for (const copy of copies) {
      const database = openDatabase(journal, { busyTimeoutMs: 5_000 });
      database.exec(`VACUUM INTO '${copy}'`);
      database.close();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    for (const ran of await Promise.all(writers)) expect(ran.exit).toBe(0);
    for (const copy of copies) {
      chmodSync(copy, 0o600);
      const journalOfCopy = await openJournal(copy, { create: false });
      expect((await journalOfCopy?.verifyChain())?.events).toBeGreaterThanOrEqual(2);
      await journalOfCopy?.close();
    }
  });
});
