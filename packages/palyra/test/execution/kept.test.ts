/** What a process that lives long keeps of a home is what the home is: every change by anybody is seen by the very next start. */
import { spawnSync } from "node:child_process";
import { cpSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { signRevocationList, writeRevocationList } from "palyra-skills/signature";
import { afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { bundleForNode } from "../../../../testing/bundle.ts";
import { echo } from "../../../../testing/forge/command.ts";
import { useSandboxProgram } from "../../../../testing/sandbox-program.ts";
import { repositoryRoot } from "../../../../testing/shared.ts";
import { compose, LONG_LIVED } from "../../src/entry/compose.ts";
import { FRESH_MS } from "../../src/execution/ground.ts";
import { openSandboxPool, type Runner, type SandboxPool } from "../../src/execution/index.ts";
import { SandboxProcess } from "../../src/execution/pool/process.ts";
import { openDatabase } from "../../src/files/index.ts";
import { readIndex, skillsFolder } from "../../src/installed/index.ts";
import type { Journal, OpenJournal } from "../../src/journal/index.ts";
import { changeStatus, changeTrust, type Home } from "../../src/lifecycle/index.ts";
import { followList, refreshLists } from "../../src/lifecycle/revocation-lists.ts";
import type { Services } from "../../src/operations/services.ts";
import { openRunner } from "../../src/operations/shared/runner.ts";
import { nodePlatform } from "../../src/platform/index.ts";
import { commandLine, parsed, temporaryFolder } from "../cli/support.ts";
import { newCall } from "../lifecycle/parts.ts";
import { publicKeyOf, type SkillSpec, skillFile } from "../lifecycle/support.ts";

const program = useSandboxProgram();
const ECHO = await echo();
/** Milliseconds after which all that was written is kept. */
const SETTLED_MS = 100;
const MOST_TRIES = 50;

let root: string;
let services: Services;
let runner: Runner;
const env = () => ({ HOME: root, PALYRA_STATE_ROOT: join(root, "state"), PALYRA_VAULT_BACKEND: "encrypted_file" });
const run = () => {
  const request = { tool: "acme.echo.say", input: new TextEncoder().encode('{"text":"hi"}'), surface: "library", session: "s1" };
  return runner.run({ ...request, surface: "library" }, { ...newCall("user:local"), now: Date.now() });
};
const version = async () => (await run()).skill.version;
const palyra = (...words: string[]) => commandLine(root)("skills", ...words);
const unvouched = async () => Object(parsed(await palyra("journal", "verify", "--json"))).unvouched;
async function install(spec: SkillSpec = {}): Promise<void> {
  const artifact = await skillFile(root, { module: ECHO, ...spec });
  expect(await palyra("install", "--artifact", artifact, "--allow-untrusted")).toMatchObject({ exit: 0 });
}
/** Another's, who knows nothing of what the runner keeps. */
const other = (): Home => compose({}, env()).home;
const folder = () => skillsFolder(join(root, "state", "skills"));

async function open(
  settings: Parameters<typeof compose>[0] = {},
  changed: (home: Home) => Partial<Home> = () => ({}),
): Promise<void> {
  const composed = compose(settings, env(), undefined, LONG_LIVED);
  services = { ...composed, home: { ...composed.home, ...changed(composed.home) } };
  runner = await openRunner(services, { openPool: () => openSandboxPool({ program, idle: 0 }), now: () => Date.now() });
}
async function reopened(changed: (home: Home) => Partial<Home>): Promise<void> {
  await runner.close();
  await services.close();
  await open({}, changed);
}
/** Opens journals as before, and does something after each is closed. */
function onClose(openJournal: Home["openJournal"], act: () => Promise<void>): Home["openJournal"] {
  const acting = <Opened extends Journal | undefined>(journal: Opened): Opened => {
    const close = journal?.close.bind(journal);
    if (journal !== undefined && close !== undefined) journal.close = () => close().then(act);
    return journal;
  };
  function opened(file: string, options: Extract<OpenJournal, { create: false }>): Promise<Journal | undefined>;
  function opened(file: string, options: Extract<OpenJournal, { create: true }>): Promise<Journal>;
  async function opened(file: string, options: OpenJournal): Promise<Journal | undefined> {
    return acting(options.create ? await openJournal(file, options) : await openJournal(file, options));
  }
  return opened;
}
/** What it keeps is kept, and used. */
async function warm(): Promise<void> {
  await sleep(SETTLED_MS);
  for (let time = 0; time < 3; time += 1) expect((await run()).outcome.kind).toBe("Ok");
}

beforeEach(async () => {
  root = temporaryFolder();
  await install();
  await open();
});
afterEach(async () => {
  await runner.close();
  await services.close();
});

describe("T33: between two calls of one process another one", () => {
  it("T2: lets the folder's name lead to a copy of it, for which nobody vouches", async () => {
    const skills = join(root, "state", "skills");
    cpSync(skills, join(root, "copy"), { recursive: true, preserveTimestamps: true });
    await warm();
    renameSync(skills, join(root, "skills"));
    symlinkSync(join(root, "copy"), skills);
    await expect(run()).rejects.toHaveCode("TrustStoreChanged");
  });

  it("T27: lets another skill offer the tool, once it is found and before it is asked about", async () => {
    const twin = await skillFile(root, { id: "acme.twin", tools: ["acme.echo.say"] });
    expect(await palyra("install", "--artifact", twin, "--allow-untrusted")).toMatchObject({ exit: 0 });
    const set = (status: "active" | "disabled") =>
      changeStatus(other(), { skillId: "acme.twin", status, reason: "odd" }, newCall());
    await set("disabled");
    let meanwhile: (() => Promise<void>) | undefined;
    await reopened(({ openJournal }) => ({
      openJournal: onClose(openJournal, async () => {
        const act = meanwhile;
        meanwhile = undefined;
        await act?.();
      }),
    }));
    await warm();
    await sleep(2 * FRESH_MS);
    // The first journal that is closed is that by which the tool was found.
    meanwhile = async () => {
      await set("active");
      await sleep(SETTLED_MS);
      await runner.list(newCall());
    };
    expect((await run()).skill.skillId).toBe("acme.echo");
    expect(meanwhile).toBeUndefined();
    await expect(run()).rejects.toHaveCode("AmbiguousTool");
  });

  it("T2: quarantines the skill, admits it, and removes it", async () => {
    await warm();
    const set = (status: "active" | "quarantined") =>
      changeStatus(other(), { skillId: "acme.echo", status, reason: "odd" }, newCall());
    await set("quarantined");
    await expect(run()).rejects.toMatchObject({ code: "NotEligible", details: { reasons: ["quarantined: odd"] } });
    await set("active");
    await warm();
    expect(await palyra("remove", "acme.echo")).toMatchObject({ exit: 0 });
    await expect(run()).rejects.toHaveCode("UnknownTool");
  });

  it("installs a newer version, and goes back to the older one", async () => {
    await warm();
    await install({ version: "1.1.0" });
    expect(await version()).toBe("1.1.0");
    await warm();
    expect(await palyra("use", "acme.echo", "--version", "1.0.0", "--allow-downgrade")).toMatchObject({ exit: 0 });
    expect(await version()).toBe("1.0.0");
  });

  it("trusts the publisher no more, or writes the trust store past us", async () => {
    await warm();
    await changeTrust(other(), { do: "unpin", publisher: "acme" }, newCall());
    await expect(run()).rejects.toHaveCode("UntrustedPublisher");
    writeFileSync(other().places.trustStore, "{}");
    await expect(run()).rejects.toHaveCode("TrustStoreChanged");
  });

  it("lowers a quota by a grant", async () => {
    await warm();
    expect(await palyra("grant", "add", "acme.echo", "--max-fuel", "10000")).toMatchObject({ exit: 0 });
    expect((await run()).receipt.fuel_allowed).toBe(10_000n);
  });

  it("writes another policy, or one that is none", async () => {
    await runner.close();
    await services.close();
    const file = join(root, "site.cedar");
    const permits = "// nobody is kept out\n";
    writeFileSync(file, permits);
    await open({ authorizationPolicy: file });
    await warm();
    writeFileSync(file, "forbid (principal, action, resource);\n");
    await expect(run()).rejects.toHaveCode("PolicyDenied");
    writeFileSync(file, "nonsense");
    await expect(run()).rejects.toHaveCode("PolicyInvalid");
    writeFileSync(file, permits);
    expect((await run()).outcome.kind).toBe("Ok");
  });
});

describe("T33: while a start waits for its turn at the journal", () => {
  it("what is decided meanwhile counts for it", async () => {
    await runner.close();
    await services.close();
    const file = join(root, "site.cedar");
    writeFileSync(file, "// nobody is kept out\n");
    await open({ authorizationPolicy: file });
    await warm();
    const writing = openDatabase(services.home.places.journal);
    writing.exec("BEGIN IMMEDIATE");
    const ran = run();
    await sleep(1000);
    writeFileSync(file, "forbid (principal, action, resource);\n");
    writing.exec("ROLLBACK");
    writing.close();
    await expect(ran).rejects.toHaveCode("PolicyDenied");
  });
});

describe("T1: what is kept of an artifact, an index and a verdict", () => {
  it("is not taken for other bytes, of the same size and with the old times", async () => {
    await warm();
    const file = folder().artifact("acme.echo", "1.0.0");
    const { atime, mtime } = statSync(file);
    const bytes = readFileSync(file);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    writeFileSync(file, bytes);
    utimesSync(file, atime, mtime);
    await expect(run()).rejects.toHaveCode("ArtifactDigestMismatch");
  });

  it("is not taken for an index that was edited", async () => {
    await warm();
    const { index } = folder();
    writeFileSync(index, readFileSync(index, "utf8").replace(/"artifact_sha256": "./, '"artifact_sha256": "0'));
    await expect(run()).rejects.toThrow();
    writeFileSync(index, "{}");
    await expect(run()).rejects.toHaveCode("IndexInvalid");
  });

  it("is not there for a verdict that is gone", async () => {
    await warm();
    rmSync(folder().passed);
    await expect(run()).rejects.toHaveCode("VerdictMissing");
  });
});

describe("T33: what was authorized a moment ago", () => {
  const runAs = (principal: string, change: Partial<Parameters<Runner["run"]>[0]> = {}) =>
    runner.run(
      { tool: "acme.echo.say", input: new TextEncoder().encode('{"text":"hi"}'), surface: "library", session: "s1", ...change },
      { ...newCall(principal), now: Date.now() },
    );

  it("T2: starts nothing that another program has stopped in the journal's own table, without a word of ours", async () => {
    await warm();
    const other = openDatabase(services.home.places.journal, { busyTimeoutMs: 5000 });
    other.exec("UPDATE skill_status SET status = 'quarantined', reason = 'palyra'");
    other.close();
    await expect(run()).rejects.toMatchObject({ code: "NotEligible", details: { reasons: ["quarantined: palyra"] } });
  });

  it("is authorized anew where a file looks otherwise by then, and what was prepared meanwhile neither runs nor costs its process", async () => {
    await runner.close();
    const pool = openSandboxPool({ program, idle: 0 });
    let prepared = 0;
    let ran = 0;
    const counted: SandboxPool = {
      prepare: async (...given) => {
        prepared += 1;
        const found = await pool.prepare(...given);
        if (!("run" in found)) return found;
        return {
          cancel: (reason) => found.cancel(reason),
          run: (answers) => {
            ran += 1;
            return found.run(answers);
          },
        };
      },
      close: () => pool.close(),
    };
    const starts = vi.spyOn(SandboxProcess.prototype, "listen");
    onTestFinished(() => starts.mockRestore());
    runner = await openRunner(services, { openPool: () => counted, now: () => Date.now() });
    await warm();
    const processes = new Set(starts.mock.contexts);
    const { index } = folder();
    let times = 0;
    // On a machine that has much else to do what was authorized is old before it is asked for again.
    for (let tries = 0; times !== 2 && tries < MOST_TRIES; tries += 1) {
      await sleep(SETTLED_MS);
      await run();
      const before = { prepared, ran };
      utimesSync(index, new Date(), new Date());
      expect((await run()).outcome.kind).toBe("Ok");
      expect(ran).toBe(before.ran + 1);
      times = prepared - before.prepared;
    }
    expect(times).toBe(2);
    expect(new Set(starts.mock.contexts)).toEqual(processes);
    expect(processes.size).toBe(1);
    const journal = await services.home.openJournal(services.home.places.journal, { create: false });
    expect((await journal?.events({ last: 2 }))?.map(({ kind }) => kind)).toEqual(["skill.started", "skill.finished"]);
    await journal?.close();
  });

  it("is nobody else's, and of no other way", async () => {
    await runner.close();
    await services.close();
    const file = join(root, "site.cedar");
    const kept = 'context.caller == Palyra::Principal::"user:local" || context.surface == "mcp"';
    writeFileSync(file, `forbid (principal, action, resource) when { ${kept} };\n`);
    await open({ authorizationPolicy: file });
    await sleep(SETTLED_MS);
    for (let time = 0; time < 3; time += 1) expect((await runAs("user:other")).receipt.principal).toBe("user:other");
    await expect(runAs("user:local")).rejects.toHaveCode("PolicyDenied");
    await expect(runAs("user:other", { surface: "mcp" })).rejects.toHaveCode("PolicyDenied");
    const least = await runAs("user:other", { maxFuel: 10n });
    expect([least.outcome.kind, least.receipt.fuel_allowed]).toEqual(["QuotaExceeded", 10n]);
    expect((await runAs("user:other")).outcome.kind).toBe("Ok");
  });

  it("T28: is no other session's, where it took a yes of this one", async () => {
    const extra = '[[capabilities.secrets]]\nscope = "skill:acme.asked"\nkey_names = ["token"]';
    await install({ id: "acme.asked", extra });
    const asked = (session: string, options: Parameters<Runner["run"]>[2] = {}) => {
      const request = { tool: "acme.asked.say", input: new TextEncoder().encode("{}"), surface: "library", session } as const;
      return runner.run(request, { ...newCall("user:local"), now: Date.now() }, options);
    };
    expect((await asked("s1", { ask: async () => "session" })).outcome.kind).toBe("Ok");
    await sleep(SETTLED_MS);
    for (let time = 0; time < 3; time += 1) {
      expect((await asked("s1")).outcome.kind).toBe("Ok");
      await expect(asked("s2")).rejects.toHaveCode("ApprovalRequired");
    }
  });

  it("T28: starts nothing once the record of grants was put back, or taken away", async () => {
    expect(await palyra("grant", "add", "acme.echo", "--max-fuel", "300000")).toMatchObject({ exit: 0 });
    const before = readFileSync(folder().grants);
    expect(await palyra("grant", "add", "acme.echo", "--max-fuel", "200000")).toMatchObject({ exit: 0 });
    await warm();
    writeFileSync(folder().grants, before);
    await expect(run()).rejects.toHaveCode("AuthorizationRecordInvalid");
    rmSync(folder().grants);
    await expect(run()).rejects.toHaveCode("AuthorizationRecordInvalid");
  });

  it("starts nothing once a list of revocations is here that revokes it", async () => {
    const source = join(root, "list.json");
    const publish = async (sequence: number, payloads: readonly string[]): Promise<void> => {
      const revoked = payloads.map((payload_sha256) => ({ payload_sha256, reason: "bad", revoked_at_unix_ms: 1 }));
      const times = { issued_at_unix_ms: 0, expires_at_unix_ms: Number.MAX_SAFE_INTEGER };
      const terms = {
        issuer: "revoker",
        sequence,
        ...times,
        keys: [],
        payloads: revoked,
        signer_public_key: await publicKeyOf(9),
      };
      writeFileSync(source, writeRevocationList(await signRevocationList(terms, new Uint8Array(32).fill(9), nodePlatform)));
    };
    await publish(1, []);
    const list = { issuer: "revoker", source, public_keys: [await publicKeyOf(9)], grace_ms: 0, when_stale: "block" } as const;
    await followList(other(), list, { ...newCall(), now: Date.now() });
    await warm();
    const [entry] = (await readIndex(services.home.places.skillsRoot)).entries;
    await publish(2, [entry?.payload_sha256 ?? ""]);
    const ends: { readonly at: number; readonly end: string }[] = [];
    let isOver = false;
    const calls = (async () => {
      while (!isOver) {
        await sleep(1);
        const at = performance.now();
        const end = await run().then(
          ({ outcome }) => outcome.kind,
          (error) => String(error.code),
        );
        ends.push({ at, end });
      }
    })();
    await sleep(300);
    await refreshLists(other(), { ...newCall(), now: Date.now() });
    const refreshed = performance.now();
    const begunAfter = () => ends.filter(({ at }) => at > refreshed);
    // However busy the machine is: for longer than anything counts unasked, and a few calls at least.
    while (performance.now() - refreshed < 600 || begunAfter().length < 3) await sleep(20);
    isOver = true;
    await calls;
    const after = begunAfter();
    expect([...new Set(after.map(({ end }) => end))]).toEqual(["RevokedPayload"]);
  });

  it("and what its input or its tool come to is told of this very call", async () => {
    await warm();
    const texts = await Promise.all(
      ["a", "b", "c"].map(async (text) => {
        const { outcome } = await runAs("user:local", { input: new TextEncoder().encode(JSON.stringify({ text })) });
        return Buffer.from(outcome.stdout).toString();
      }),
    );
    expect(texts).toEqual(['{"text":"a"}', '{"text":"b"}', '{"text":"c"}']);
    const wrong = await runAs("user:local", { input: new TextEncoder().encode("[") });
    expect([wrong.outcome.kind, wrong.outcome.details]).toMatchObject(["InvalidInput", { fault: "input" }]);
    expect((await run()).outcome.kind).toBe("Ok");
  });
});

describe("T26: the journal of a process that lives long", () => {
  it("is not the one that lies in its place by now, nor none", async () => {
    const { journal } = services.home.places;
    const before = join(root, "before.sqlite3");
    cpSync(journal, before);
    await warm();
    // The older file lacks what the vault's head names by now.
    await vi.waitFor(async () => expect(await unvouched()).toBeNull(), { timeout: 30_000, interval: 200 });
    renameSync(before, journal);
    for (const suffix of ["-wal", "-shm"]) rmSync(`${journal}${suffix}`, { force: true });
    await expect(run()).rejects.toHaveCode("JournalChainBroken");
    rmSync(journal);
    await expect(run()).rejects.toThrow();
    await runner.close();
    // What it may still have to keep of the journal that is gone cannot be kept.
    await services.close().catch(() => {});
    await open();
  });

  it("is vouched for soon after a run, and at the end at the latest", async () => {
    await warm();
    await services.close();
    await runner.close();
    expect(await unvouched()).toBeNull();
    await open();
  });
});

describe("T26: a process that is killed right after its answer", () => {
  let script: Awaited<ReturnType<typeof bundleForNode>>;
  beforeAll(async () => {
    script = await bundleForNode(join(repositoryRoot, "packages/palyra/test/execution/one-run.ts"));
  });

  it("leaves the receipt, and a chain that holds", async () => {
    const ran = spawnSync(process.execPath, [script.file, root, program], { encoding: "utf8" });
    expect([ran.signal, ran.stderr]).toEqual(["SIGKILL", ""]);
    const listed = Object(parsed(await palyra("receipts", "list", "--json")));
    expect(listed.receipts.at(0).receipt_id).toBe(ran.stdout.trim());
    expect(await palyra("journal", "verify")).toMatchObject({ exit: 0 });
    expect((await run()).outcome.kind).toBe("Ok");
  });
});
