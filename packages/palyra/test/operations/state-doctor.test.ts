// `palyra doctor`: what it sees, what it mends, and that looking writes nothing at all.
import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { bundleForNode } from "../../../../testing/bundle.ts";
import { repositoryRoot } from "../../../../testing/shared.ts";
import { openDatabase, withLock } from "../../src/files/index.ts";
import { isSupported, SUPPORTED_NODE } from "../../src/operations/doctor/host.ts";
import { runLockOf, writeRunFile } from "../../src/run-file/index.ts";
import { commandLine, errorOf, type HostOptions, parsed, temporaryFolder } from "../cli/support.ts";
import { skillBytes } from "../lifecycle/support.ts";

interface Finding {
  readonly id: string;
  readonly level: string;
  readonly where: string | null;
  readonly advice: string | null;
  readonly fixable: boolean;
}
interface Document {
  readonly status: string;
  readonly findings: readonly Finding[];
  readonly fixed: readonly Finding[];
}

/** Names, modes, sizes, times and bytes of everything below a folder. */
function treeOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .toSorted()
    .map((name) => {
      const path = join(folder, name);
      const { mode, size, mtimeMs, ctimeMs, ino } = lstatSync(path);
      const bytes = lstatSync(path).isFile() ? readFileSync(path).toString("base64") : "";
      return [name, mode, size, mtimeMs, ctimeMs, ino, bytes].join(" ");
    });
}

let root: string;
let state: string;
let skills: string;
beforeEach(async () => {
  root = temporaryFolder();
  state = join(root, "state");
  skills = join(state, "skills");
  const artifact = join(root, "echo.palyra-skill");
  writeFileSync(artifact, await skillBytes());
  expect((await commandLine(root)("skills", "install", "--artifact", artifact, "--allow-untrusted")).exit).toBe(0);
});

async function doctor(words: readonly string[] = [], options: HostOptions = {}): Promise<Document & { readonly exit: number }> {
  const ran = await commandLine(root, options)("doctor", "--json", ...words);
  const document = parsed(ran);
  if (!isDocument(document)) throw new Error(ran.stderr);
  return { ...document, exit: ran.exit };
}
function isDocument(value: unknown): value is Document {
  return typeof value === "object" && value !== null && "findings" in value && "fixed" in value && "status" in value;
}
const bad = ({ findings }: Document): readonly Finding[] => findings.filter(({ level }) => level !== "ok");
const ids = (document: Document): readonly string[] => bad(document).map(({ id }) => id);

const version = () => join(skills, "acme.echo", "1.0.0");
const journal = () => join(state, "data", "journal.sqlite3");

interface Case {
  readonly name: string;
  readonly damage: () => void;
  readonly found: readonly string[];
  readonly level: "warning" | "problem";
  readonly mended: boolean;
}
const CASES: readonly Case[] = [
  {
    name: "a folder that others write",
    damage: () => chmodSync(skills, 0o777),
    found: ["state_root", "permissions"],
    level: "problem",
    mended: true,
  },
  {
    name: "a file that others write",
    damage: () => chmodSync(join(version(), "skill.toml"), 0o622),
    found: ["permissions"],
    level: "problem",
    mended: true,
  },
  {
    name: "a vault's folder that others look into",
    damage: () => chmodSync(join(state, "vault"), 0o755),
    found: ["permissions"],
    level: "warning",
    mended: true,
  },
  {
    name: "a key that others read",
    damage: () => chmodSync(join(state, "vault", "palyra-skills.key"), 0o644),
    found: ["permissions", "vault", "trust_store"],
    level: "problem",
    mended: false,
  },
  {
    name: "T25: a link",
    damage: () => symlinkSync("/etc/passwd", join(version(), "assets")),
    found: ["permissions"],
    level: "problem",
    mended: false,
  },
  {
    name: "T25: a second name",
    damage: () => linkSync(join(version(), "skill.toml"), join(root, "other")),
    found: ["permissions"],
    level: "problem",
    mended: false,
  },
  {
    name: "a folder without a record",
    damage: () => mkdirSync(join(skills, "acme.other", "2.0.0"), { recursive: true, mode: 0o700 }),
    found: ["unrecorded_folder"],
    level: "warning",
    mended: false,
  },
  {
    name: "a record without a folder",
    damage: () => rmSync(join(skills, "acme.echo"), { recursive: true }),
    found: ["missing_folder"],
    level: "problem",
    mended: false,
  },
  {
    name: "a missing artifact",
    damage: () => rmSync(join(version(), "artifact.palyra-skill")),
    found: ["missing_artifact"],
    level: "problem",
    mended: false,
  },
  {
    name: "T1: a swapped artifact",
    damage: () => appendFileSync(join(version(), "artifact.palyra-skill"), "x"),
    found: ["damaged_artifact"],
    level: "problem",
    mended: false,
  },
  {
    name: "a missing record of the install",
    damage: () => rmSync(join(version(), "install-metadata.json")),
    found: ["missing_metadata"],
    level: "warning",
    mended: false,
  },
  {
    name: "an index that is none",
    damage: () => writeFileSync(join(skills, "installed-index.json"), "{"),
    found: ["index"],
    level: "problem",
    mended: false,
  },
  {
    name: "no journal",
    damage: () => rmSync(join(state, "data"), { recursive: true }),
    found: ["journal"],
    level: "problem",
    mended: false,
  },
  {
    name: "a journal that is none",
    damage: () => writeFileSync(journal(), "no journal at all, but long enough to be looked at"),
    found: ["journal"],
    level: "problem",
    mended: false,
  },
  {
    name: "no audit.ndjson",
    damage: () => rmSync(join(skills, "audit.ndjson")),
    found: ["audit_file"],
    level: "warning",
    mended: true,
  },
  {
    name: "staged files",
    damage: () => mkdirSync(join(skills, ".staging", "x"), { recursive: true, mode: 0o700 }),
    found: ["stale_staging"],
    level: "warning",
    mended: true,
  },
  {
    name: "T5: a plan of somebody else",
    damage: () => writeFileSync(join(skills, ".pending.json"), "{}", { mode: 0o600 }),
    found: ["interrupted_plan"],
    level: "problem",
    mended: false,
  },
  {
    name: "T7: a changed trust store",
    damage: () => writeFileSync(join(skills, "trust-store.json"), '{"trusted_publishers":{},"tofu_publishers":{}}'),
    found: ["trust_store"],
    level: "problem",
    mended: false,
  },
  {
    name: "T28: approvals that were not kept here",
    damage: () => writeFileSync(join(skills, ".approvals"), "forged", { mode: 0o600 }),
    found: ["approvals"],
    level: "problem",
    mended: false,
  },
  {
    name: "T28: grants that were not given here",
    damage: () => writeFileSync(join(skills, ".grants"), "forged", { mode: 0o600 }),
    found: ["grants"],
    level: "problem",
    mended: false,
  },
  {
    name: "T28: approvals that another vault vouches for",
    damage: () => writeFileSync(join(skills, ".approvals"), `palyra.skill.sealed.v1\n1\n${"0".repeat(64)}\n{}`, { mode: 0o600 }),
    found: ["approvals"],
    level: "problem",
    mended: false,
  },
  {
    name: "half a vault",
    damage: () => rmSync(join(state, "vault", "palyra-skills.age")),
    found: ["vault", "trust_store"],
    level: "problem",
    mended: false,
  },
  {
    name: "a key from before a move",
    damage: () => cpSync(join(state, "vault", "palyra-skills.key"), join(state, "vault", "palyra-skills.key.age")),
    found: ["vault_key_left"],
    level: "warning",
    mended: false,
  },
];

describe("palyra doctor", () => {
  it("names what may run and does not, for want of an audit that passed, and what ends that", async () => {
    const passed = join(state, "skills", ".passed");
    const kept = readFileSync(passed);
    rmSync(passed);
    const before = treeOf(state);
    const looked = await doctor();
    expect(treeOf(state)).toEqual(before);
    expect([looked.status, looked.exit]).toEqual(["warning", 0]);
    const [finding, ...others] = bad(looked);
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ id: "launch_verdicts", where: "acme.echo 1.0.0" });
    expect(finding?.advice).toBe("palyra skills audit acme.echo --version 1.0.0");
    writeFileSync(passed, kept);
    expect((await doctor()).status).toBe("ok");
  });
  it("finds nothing in a home that is in use, and nothing where there is none", async () => {
    expect(await doctor()).toMatchObject({ exit: 0, status: "ok", fixed: [] });
    const none = await doctor([], { env: { PALYRA_STATE_ROOT: join(root, "none") } });
    expect(none).toMatchObject({ exit: 0, status: "ok" });
    expect(existsSync(join(root, "none"))).toBe(false);
  });
  it.each(CASES)(
    "sees $name, writes nothing about it, and with --fix mends it or leaves it",
    async ({ damage, found, level, mended }) => {
      damage();
      const before = treeOf(state);
      const looked = await doctor();
      expect(treeOf(state)).toEqual(before);
      for (const id of found) expect(ids(looked)).toContain(id);
      expect([looked.status, looked.exit]).toEqual([level, level === "problem" ? 1 : 0]);
      for (const { advice } of bad(looked)) expect(advice).toBeTruthy();
      const fixed = await doctor(["--fix"]);
      expect(fixed.status).toBe(mended ? "ok" : level);
      if (mended) expect(fixed.fixed.length).toBeGreaterThan(0);
      else for (const id of found) expect(ids(fixed)).toContain(id);
    },
  );
  it("T25: a trust store that was named, and that others write, is believed no more after --fix than before", async () => {
    const store = join(root, "store.json");
    writeFileSync(store, `{"trusted_publishers":{"mallory":["${"ab".repeat(32)}"]},"tofu_publishers":{}}`);
    chmodSync(store, 0o666);
    const named = ["--trust-store", store];
    expect(bad(await doctor(["--fix", ...named]))).toContainEqual(
      expect.objectContaining({ id: "permissions", where: store, fixable: false, level: "problem" }),
    );
    expect(lstatSync(store).mode & 0o777).toBe(0o666);
    expect(errorOf(await commandLine(root)("skills", "trust", "list", "--json", ...named))).toMatchObject({
      code: "UnsafeStateRoot",
    });
  });
  it("a journal with changes waiting is read without touching it, and what waits is seen", async () => {
    // As a process that was killed leaves it: the last changes are in the -wal file.
    const database = openDatabase(journal());
    database.exec("PRAGMA wal_autocheckpoint = 0; UPDATE skill_status SET status = 'quarantined'");
    const copy = join(root, "copy");
    cpSync(state, copy, { recursive: true });
    database.close();
    for (const name of ["", "skills", "vault", "data"]) chmodSync(join(copy, name), 0o700);
    expect(lstatSync(join(copy, "data", "journal.sqlite3-wal")).size).toBeGreaterThan(0);
    const before = treeOf(copy);
    const looked = await doctor([], { env: { PALYRA_STATE_ROOT: copy } });
    expect(treeOf(copy)).toEqual(before);
    // Another place: nothing is kept of its journal and its trust store yet.
    expect(ids(looked)).toEqual(["journal", "trust_store"]);
  });
  it("T26: a chain that was changed is a problem that stays", async () => {
    const database = openDatabase(journal());
    database.exec("DROP TRIGGER IF EXISTS skill_events_no_update");
    const triggers: string[] = [];
    database.select(["name"], "FROM sqlite_master WHERE type = 'trigger'", [], ([name]) => void triggers.push(String(name)));
    for (const name of triggers) database.exec(`DROP TRIGGER "${name}"`);
    database.exec("UPDATE skill_events SET payload_json = '{}' WHERE seq = 1");
    database.close();
    for (const words of [[], ["--fix"]]) expect(ids(await doctor(words))).toContain("journal");
  });
  it("a version without a status is named, and nothing is admitted by --fix", async () => {
    const database = openDatabase(journal());
    database.exec("DELETE FROM skill_status");
    database.close();
    for (const words of [[], ["--fix"]])
      expect(bad(await doctor(words))).toMatchObject([
        { id: "status_rows", level: "warning", where: "acme.echo 1.0.0", fixable: false },
      ]);
  });
  it("T11: an interrupted command is left as it is, and finished by --fix", async () => {
    const driver = await bundleForNode(join(repositoryRoot, "packages/palyra/test/operations/driver.ts"));
    const env = {
      PATH: "",
      HOME: root,
      PALYRA_STATE_ROOT: state,
      PALYRA_VAULT_BACKEND: "encrypted_file",
      PALYRA_FAULT_POINT: "intent.clear",
    };
    const killed = spawnSync(process.execPath, [driver.file, "skills", "remove", "acme.echo"], { env });
    expect(killed.signal).toBe("SIGKILL");
    const before = treeOf(state);
    // It died before it kept the journal's head: nobody vouches for its event until the next one that writes (T26).
    expect(bad(await doctor())).toMatchObject([
      { id: "journal", level: "warning", fixable: false },
      { id: "interrupted_plan", level: "warning", fixable: true },
    ]);
    expect(treeOf(state)).toEqual(before);
    expect(await doctor(["--fix"])).toMatchObject({ fixed: [{ id: "interrupted_plan" }] });
    expect(bad(await doctor())).toMatchObject([{ id: "journal", level: "warning" }]);
    expect(existsSync(join(skills, ".pending.json"))).toBe(false);
    expect((await commandLine(root)("skills", "list", "--json")).stdout).toContain('"count": 0');
  });
  it("finds nothing amiss after a run, whose lines wait for the next change, which writes them", async () => {
    const file = join(skills, "audit.ndjson");
    const before = readFileSync(file, "utf8");
    await commandLine(root)("skills", "quarantine", "acme.echo");
    expect(readFileSync(file, "utf8")).not.toBe(before);
    // A refusal is journaled as a run is.
    expect((await commandLine(root)("skills", "run", "acme.echo")).exit).toBe(1);
    const { findings } = await doctor();
    expect(findings.find(({ id }) => id === "audit_file")).toMatchObject({
      level: "ok",
      message: expect.stringContaining("but for runs"),
    });
    const waiting = readFileSync(file, "utf8");
    await commandLine(root)("skills", "disable", "acme.echo");
    expect(readFileSync(file, "utf8").startsWith(waiting)).toBe(true);
    expect(readFileSync(file, "utf8").includes("skill.refused")).toBe(true);
  });
  it("audit.ndjson is written anew, line by line as it was", async () => {
    const file = join(skills, "audit.ndjson");
    const lines = readFileSync(file, "utf8");
    rmSync(file);
    expect((await doctor(["--fix"])).fixed.map(({ id }) => id)).toEqual(["audit_file"]);
    expect(readFileSync(file, "utf8")).toBe(lines);
    expect(lstatSync(file).mode & 0o777).toBe(0o600);
  });
  it("T29: a daemon's file is looked at, told nothing, and removed only when its process has died", async () => {
    const run = {
      url: "http://127.0.0.1:9",
      secret: "ab".repeat(32),
      pid: 2 ** 22 - 3,
      skillsDir: skills,
      trustStore: join(skills, "trust-store.json"),
      journal: journal(),
    };
    mkdirSync(join(state, "run"), { mode: 0o700 });
    await writeRunFile(state, run);
    const file = join(state, "run", "daemon.json");
    const before = treeOf(state);
    expect(bad(await doctor())).toMatchObject([{ id: "daemon", level: "warning", fixable: true }]);
    expect(treeOf(state)).toEqual(before);
    expect((await doctor(["--fix"])).fixed).toMatchObject([{ id: "daemon" }]);
    expect(existsSync(file)).toBe(false);

    // Another program has its port: it hears a question, and no secret.
    let heard = "";
    const server = createServer((socket) => {
      socket.on("data", (data) => {
        heard += data;
        socket.end("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}");
      });
      socket.on("error", () => {});
    });
    const port = await new Promise<number>((resolve) =>
      server.listen(0, "127.0.0.1", () => {
        const address = server.address();
        resolve(typeof address === "object" && address !== null ? address.port : 0);
      }),
    );
    await writeRunFile(state, { ...run, url: `http://127.0.0.1:${port}`, pid: process.pid });
    // Its number is a living process's by now, and its lock is nobody's: it has died.
    const unlooked = treeOf(state);
    expect(bad(await doctor())).toMatchObject([{ id: "daemon", level: "warning", fixable: true }]);
    expect(treeOf(state)).toEqual(unlooked);
    const looked = await withLock(runLockOf(state), { purpose: "palyrad" }, () => doctor(["--fix"]));
    server.close();
    expect(bad(looked)).toMatchObject([{ id: "daemon", level: "problem", fixable: false }]);
    expect(heard).toContain("nonce");
    expect(heard).not.toContain(run.secret);
    expect(existsSync(file)).toBe(true);
    writeFileSync(file, "{}");
    expect(ids(await doctor(["--fix"]))).toEqual(["daemon"]);
  });
  it("a locked vault is a warning, and nobody is asked without a terminal", async () => {
    const passphrase = join(root, "passphrase");
    writeFileSync(passphrase, "correct horse", { mode: 0o600 });
    const env = { PALYRA_VAULT_PASSPHRASE_FILE: passphrase };
    expect((await commandLine(root, { types: "pw\npw\n" })("secrets", "rekey", "--to", "passphrase")).exit).toBe(0);
    expect(bad(await doctor())).toMatchObject([
      { id: "journal", level: "warning" },
      { id: "vault", level: "warning" },
      { id: "trust_store", level: "warning" },
    ]);
    expect(ids(await doctor([], { env }))).toEqual(["journal", "vault", "trust_store"]);
    writeFileSync(passphrase, "pw");
    expect((await doctor([], { env })).status).toBe("ok");
  });
  it("many of one kind are counted, and a person sees lines that fit", async () => {
    for (let at = 0; at < 30; at += 1) mkdirSync(join(skills, `acme.n${at}`, "1.0.0"), { recursive: true, mode: 0o700 });
    const looked = await doctor();
    expect(bad(looked)).toHaveLength(21);
    const shown = await commandLine(root)("doctor");
    expect(shown.stdout).toContain("and 10 more of this kind");
    expect(shown.stdout).toContain("0 problems, 21 warnings");
  });
  it("knows the versions of Node that package.json names", () => {
    const { engines }: { engines: { node: string } } = JSON.parse(
      readFileSync(join(import.meta.dirname, "../../package.json"), "utf8"),
    );
    expect(SUPPORTED_NODE).toBe(engines.node);
    for (const [node, supported] of [
      ["20.18.0", false],
      ["20.19.0", true],
      ["21.7.0", false],
      ["22.0.0", true],
      ["23.1.0", false],
      ["24.0.0", true],
      ["25.3.1", true],
    ] as const)
      expect(isSupported(node), node).toBe(supported);
  });
  it("another palyra that comes first on the PATH is named", async () => {
    const bin = join(root, "bin");
    mkdirSync(bin);
    writeFileSync(join(bin, "palyra"), "#!/bin/sh\n", { mode: 0o755 });
    expect(bad(await doctor([], { env: { PATH: `/nowhere:${bin}` } }))).toMatchObject([
      { id: "installation", where: join(bin, "palyra") },
    ]);
  });
});
