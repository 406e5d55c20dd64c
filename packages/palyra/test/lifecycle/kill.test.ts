import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  EMPTY_CONSTRAINTS,
  EMPTY_TRUST_STORE,
  withOwner,
  withTrusted,
  writeConstraints,
  writeTrustStore,
} from "palyra-skills/trust";
import { beforeAll, describe, expect, it } from "vitest";
import { bundleForNode } from "../../../../testing/bundle.ts";
import { repositoryRoot } from "../../../../testing/shared.ts";
import { withLock } from "../../src/files/index.ts";
import { skillsFolder } from "../../src/installed/index.ts";
import { acceptTrustChanges, lookTrustChanges } from "../../src/lifecycle/accept-trust.ts";
import { changeStatus, changeTrust, recoverForReading, trustPlace } from "../../src/lifecycle/index.ts";
import { verifyJournal } from "../../src/lifecycle/journal-head.ts";
import { readTrust } from "../../src/trust/index.ts";
import type { Operation } from "./driver.ts";
import { acceptHere, homeIn, install, newCall, publicKeyOf, skillFile, stateOf, temporaryFolder } from "./support.ts";

let driver: Awaited<ReturnType<typeof bundleForNode>>;
beforeAll(async () => {
  driver = await bundleForNode(join(repositoryRoot, "packages/palyra/test/lifecycle/driver.ts"));
});

interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  /** What it wrote to stderr: the code of its error. */
  readonly error: string;
  /** Whether it passed the point. */
  readonly hit: boolean;
}

/** What the driver says when a fault was thrown. */
const HIT = "fault point hit\n";

function run(root: string, operation: Operation, faultPoint?: string): Promise<Ended> {
  const env = { ...process.env, ...(faultPoint === undefined ? {} : { PALYRA_FAULT_POINT: faultPoint }) };
  const child = spawn(process.execPath, [driver.file, root, JSON.stringify(operation)], {
    env,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let error = "";
  child.stderr.on("data", (chunk) => {
    error += String(chunk);
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) =>
      resolve({ code, signal, error: error.replace(HIT, ""), hit: signal !== null || error.includes(HIT) }),
    );
  });
}

/** A home with two versions of a skill, the higher one current, the lower one quarantined. */
async function template(): Promise<string> {
  const root = temporaryFolder();
  const home = homeIn(root);
  await install(home);
  await install(home, { version: "1.1.0" });
  await changeStatus(home, { skillId: "acme.echo", version: "1.0.0", status: "quarantined", reason: "odd" }, newCall());
  return root;
}

let copies = 0;
async function copyOf(root: string): Promise<string> {
  copies += 1;
  const copy = join(temporaryFolder(), `copy-${copies}`);
  cpSync(root, copy, { recursive: true });
  // A journal in another place is another journal, until somebody answers for it (spec 5.3).
  await acceptHere(homeIn(copy));
  return copy;
}

/** What must never be left, whatever happened. */
function leftOvers(root: string): readonly string[] {
  const { skillsRoot, trustStore } = homeIn(root).places;
  const folder = skillsFolder(skillsRoot);
  const temporary = (path: string) => (existsSync(path) ? readdirSync(path).filter((name) => /\.tmp$|\.kept$/.test(name)) : []);
  return [...[folder.pending, folder.staging].filter(existsSync), ...temporary(skillsRoot), ...temporary(join(trustStore, ".."))];
}

interface Case {
  readonly name: string;
  readonly from: "nothing" | "template";
  readonly operation: () => Promise<Operation>;
}
const operations: readonly Case[] = [
  {
    name: "a first install",
    from: "nothing",
    operation: async () => ({ op: "install", files: [await skillFile(temporaryFolder())] }),
  },
  {
    name: "an update by install",
    from: "template",
    operation: async () => ({ op: "install", files: [await skillFile(temporaryFolder(), { version: "1.2.0" })] }),
  },
  { name: "a removal", from: "template", operation: async () => ({ op: "remove", skillIds: ["acme.echo"] }) },
  { name: "use", from: "template", operation: async () => ({ op: "use", skillId: "acme.echo", version: "1.0.0" }) },
  {
    name: "a trust change",
    from: "template",
    operation: async () => ({ op: "trust", change: { do: "add", publisher: "globex", key: await publicKeyOf(2) } }),
  },
  {
    name: "a revocation",
    from: "template",
    operation: async () => ({
      op: "constraints",
      change: { do: "revoke", publisher: "acme", key: await publicKeyOf(1), reason: "leaked", at_ms: 5 },
    }),
  },
  {
    name: "a payload's revocation",
    from: "template",
    operation: async () => ({
      op: "constraints",
      change: { do: "revoke_payload", payload_sha256: "ab".repeat(32), reason: "bad", at_ms: 5 },
    }),
  },
  {
    name: "a rotation, which writes both files",
    from: "template",
    operation: async () => ({
      op: "constraints",
      change: {
        do: "rotate",
        publisher: "acme",
        from: await publicKeyOf(1),
        to: await publicKeyOf(2),
        sequence: 3,
        statement_sha256: "cd".repeat(32),
      },
    }),
  },
  {
    name: "a limit",
    from: "template",
    operation: async () => ({
      op: "constraints",
      change: {
        do: "limit",
        limit: { publisher: "acme", public_key: await publicKeyOf(1), skill_id_prefixes: ["acme"], not_after_unix_ms: 5 },
      },
    }),
  },
  {
    name: "an import, which writes both files",
    from: "template",
    operation: async () => ({
      op: "constraints",
      change: {
        do: "import",
        store: writeTrustStore(withTrusted(EMPTY_TRUST_STORE, "globex", await publicKeyOf(2))),
        constraints: writeConstraints(withOwner(EMPTY_CONSTRAINTS, "globex.pay", "globex")),
      },
    }),
  },
  {
    name: "a freeze",
    from: "template",
    operation: async () => ({
      op: "constraints",
      change: { do: "freeze", publisher: "acme", sequence: 3, statement_sha256: "cd".repeat(32) },
    }),
  },
];

/** Far more points than any operation has. */
const MOST_POINTS = 100;
/** Processes at a time. */
const AT_A_TIME = 3;

/** Runs an operation once for each point that it passes, each time stopped there; until it passes no more. Returns how many there are. */
async function atEachPoint(
  start: string,
  operation: Operation,
  effect: "kill" | "full disk",
  options: {
    /** What happens to each copy first. A plan that is pending names its places: such a home cannot be copied. */ readonly before?: (
      root: string,
    ) => Promise<unknown>;
  },
  look: (ended: Ended, root: string, point: number) => Promise<void>,
): Promise<number> {
  const suffix = effect === "kill" ? "" : "=ENOSPC";
  for (let first = 1; first <= MOST_POINTS; first += AT_A_TIME) {
    const passed = await Promise.all(
      Array.from({ length: AT_A_TIME }, async (_, at) => {
        const root = await copyOf(start);
        await options.before?.(root);
        const ended = await run(root, operation, `*:${first + at}${suffix}`);
        await look(ended, root, first + at);
        return ended.code === 0 && !ended.hit;
      }),
    );
    if (passed.includes(true)) return first + passed.indexOf(true) - 1;
  }
  throw new Error("no end of points");
}

async function prepare({ from, operation }: Case) {
  const start = from === "nothing" ? temporaryFolder() : await template();
  const asked = await operation();
  const before = await stateOf(homeIn(start));
  const whole = await copyOf(start);
  expect(await run(whole, asked)).toMatchObject({ code: 0, error: "" });
  const after = await stateOf(homeIn(whole));
  expect(after).not.toEqual(before);
  return { start, asked, before, after };
}

describe.each(operations)("T11: $name", (each) => {
  it("killed at every point leaves the state before or the state after, and the next command finds nothing half done", async () => {
    const { start, asked, before, after } = await prepare(each);
    let finished = 0;
    const points = await atEachPoint(start, asked, "kill", {}, async ({ signal, code }, root, point) => {
      if (signal !== "SIGKILL") expect(code, `point ${point}`).toBe(0);
      const home = homeIn(root);
      await recoverForReading(home, newCall());
      const state = await stateOf(home);
      const isBefore = signal === "SIGKILL" && JSON.stringify(state) === JSON.stringify(before);
      expect(state, `point ${point}`).toEqual(isBefore ? before : after);
      if (!isBefore) finished += 1;
      expect(leftOvers(root), `point ${point}`).toEqual([]);
      // Spec 5.3: and so does what it says of the journal, which may be further on (T26).
      await verifyJournal(home);
      // Spec 3.3: what the vault says of the files holds, wherever it stopped.
      await readTrust(trustPlace(home));
    });
    expect(points).toBeGreaterThan(8);
    expect(finished).toBeGreaterThan(4);
  });
});

/** Between them they have every kind of step. */
const EVERY_STEP = operations.filter(({ name }) => ["a first install", "a removal", "a trust change"].includes(name));

describe.each(EVERY_STEP)("$name on a disk that is full", (each) => {
  it("stopped by a full disk at every point, it says so and has changed nothing, or it is done", async () => {
    const { start, asked, before, after } = await prepare(each);
    let refused = 0;
    await atEachPoint(start, asked, "full disk", {}, async ({ code, error }, root, point) => {
      expect(["Io", ""], `point ${point}: ${error}`).toContain(error);
      if (code !== 0) refused += 1;
      const home = homeIn(root);
      await recoverForReading(home, newCall());
      // A line that did not reach audit.ndjson waits in the journal.
      expect({ ...(await stateOf(home)), audit: [] }, `point ${point}`).toEqual({ ...(code === 0 ? after : before), audit: [] });
      expect(leftOvers(root), `point ${point}`).toEqual([]);
    });
    expect(refused).toBeGreaterThan(4);
  });
});

describe("T11: recovery itself", () => {
  it("killed at every point is finished by the next", async () => {
    const start = await template();
    const asked: Operation = { op: "install", files: [await skillFile(temporaryFolder(), { version: "1.2.0" })] };
    const whole = await copyOf(start);
    await run(whole, asked);
    const after = await stateOf(homeIn(whole));
    const nothingToDo: Operation = { op: "trust", change: { do: "unpin", publisher: "globex" } };
    const killedFirst = (root: string) => run(root, asked, "install.place_version");
    const points = await atEachPoint(start, nothingToDo, "kill", { before: killedFirst }, async (_ended, root, point) => {
      await recoverForReading(homeIn(root), newCall());
      expect(await stateOf(homeIn(root)), `point ${point}`).toEqual(after);
      expect(leftOvers(root)).toEqual([]);
    });
    expect(points).toBeGreaterThan(6);
  });

  it("a pin that contradicts the store by now quarantines the skill, once", async () => {
    const root = temporaryFolder();
    const asked: Operation = { op: "install", files: [await skillFile(temporaryFolder())] };
    expect(await run(root, asked, "install.change_trust")).toMatchObject({ signal: "SIGKILL" });
    const home = homeIn(root);
    // Another home with the same trust store gets there first.
    const other = { ...homeIn(temporaryFolder()).places, trustStore: home.places.trustStore };
    await changeTrust({ ...home, places: other }, { do: "pin", publisher: "acme", key: await publicKeyOf(2) }, newCall());
    await recoverForReading(home, newCall());
    await recoverForReading(home, newCall());
    expect(await stateOf(home)).toMatchObject({
      index: ["acme.echo@1.0.0*"],
      statuses: ["quarantined"],
      events: ["skill.audit", "skill.installed", "skill.quarantined"],
    });
    expect([...(await readTrust(trustPlace(home))).store.pinned.values()]).toEqual([await publicKeyOf(2)]);
  });

  it("does not undo what an operator decided since then", async () => {
    const root = temporaryFolder();
    const home = homeIn(root);
    await install(home);
    await install(home, { version: "1.1.0" });
    await changeStatus(home, { skillId: "acme.echo", version: "1.1.0", status: "quarantined" }, newCall());
    // Its journal transaction has made 1.0.0 as restrictive as what is removed; its record is still there.
    expect(await run(root, { op: "remove", skillIds: ["acme.echo"] }, "remove.project")).toMatchObject({ signal: "SIGKILL" });
    await withLock(skillsFolder(home.places.skillsRoot).lock, { purpose: "test" }, async () => {
      // The root is busy, so nothing recovers: enabling needs the journal alone.
      await changeStatus(home, { skillId: "acme.echo", version: "1.0.0", status: "active" }, newCall());
    });
    await recoverForReading(home, newCall());
    expect(await stateOf(home)).toMatchObject({ index: ["acme.echo@1.0.0*"], statuses: ["active"] });
  });

  it("T7: waits where the trust store was changed, keeps nobody from stopping a skill, and goes on once that is accepted", async () => {
    const root = await template();
    const asked: Operation = { op: "install", files: [await skillFile(temporaryFolder(), { publisher: "globex" })] };
    expect(await run(root, asked, "install.change_trust")).toMatchObject({ signal: "SIGKILL" });
    const home = homeIn(root);
    const honest = readFileSync(home.places.trustStore);
    writeFileSync(home.places.trustStore, "{}");
    await expect(install(home, { version: "2.0.0" })).rejects.toHaveCode("TrustStoreChanged");
    await changeStatus(home, { skillId: "acme.echo", version: "1.1.0", status: "quarantined" }, newCall());
    writeFileSync(home.places.trustStore, `${honest} `);
    expect(await acceptTrustChanges(home, await lookTrustChanges(home), newCall())).toBe(true);
    await recoverForReading(home, newCall());
    expect(await stateOf(home)).toMatchObject({ index: ["acme.echo@1.0.0", "acme.echo@1.1.0*", "globex.echo@1.0.0*"] });
    expect([...(await readTrust(trustPlace(home))).store.pinned.keys()]).toEqual(["acme", "globex"]);
  });

  it("leaves a record alone that is none of ours", async () => {
    const home = homeIn(temporaryFolder());
    await install(home);
    const { pending } = skillsFolder(home.places.skillsRoot);
    writeFileSync(pending, '{"schema_version":9}');
    await expect(recoverForReading(home, newCall())).rejects.toHaveCode("IndexInvalid");
    await expect(install(home, { version: "2.0.0" })).rejects.toHaveCode("IndexInvalid");
    expect(readFileSync(pending, "utf8")).toBe('{"schema_version":9}');
  });
});

describe("T10: eight processes at once", () => {
  it("lose nothing of each other's", async () => {
    const root = temporaryFolder();
    const folder = join(root, "artifacts");
    mkdirSync(folder);
    const each = ["a", "b", "c", "d", "e", "f", "g", "h"];
    const jobs = await Promise.all(
      each.map(async (letter) => ({
        op: "install" as const,
        files: [
          await skillFile(folder, { id: `acme.${letter}one` }),
          await skillFile(folder, { id: `acme.${letter}two` }),
          await skillFile(folder, { id: `acme.${letter}one`, version: "1.0.1" }),
        ],
      })),
    );
    for (const ended of await Promise.all(jobs.map((job) => run(root, job)))) expect(ended).toMatchObject({ code: 0, error: "" });
    const installed = each.flatMap((letter) => [
      `acme.${letter}one@1.0.0`,
      `acme.${letter}one@1.0.1*`,
      `acme.${letter}two@1.0.0*`,
    ]);
    expect(await stateOf(homeIn(root))).toMatchObject({ index: installed, statuses: installed.map(() => "active") });

    const removals = each.map((letter) => ({ op: "remove" as const, skillIds: [`acme.${letter}one`, `acme.${letter}two`] }));
    for (const ended of await Promise.all(removals.map((job) => run(root, job))))
      expect(ended).toMatchObject({ code: 0, error: "" });
    const state = await stateOf(homeIn(root));
    expect(state).toMatchObject({ index: each.map((letter) => `acme.${letter}one@1.0.0*`) });
    expect(state.events).toHaveLength(24 * 2 + 16);
    expect(state.audit).toEqual(state.events);
    expect(leftOvers(root)).toEqual([]);
    await verifyJournal(homeIn(root));
  });
});
