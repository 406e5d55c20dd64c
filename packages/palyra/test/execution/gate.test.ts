import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openArtifact } from "palyra-skills/artifact";
import { beforeAll, describe, expect, it } from "vitest";
import { bundleForNode } from "../../../../testing/bundle.ts";
import { repositoryRoot } from "../../../../testing/shared.ts";
import { LaunchPermit, RunGate, recordStart } from "../../src/execution/index.ts";
import { openDatabase } from "../../src/files/index.ts";
import { skillsFolder } from "../../src/installed/index.ts";
import { changeStatus, changeTrust, decideTrustChange, type Home, removeSkill, useVersion } from "../../src/lifecycle/index.ts";
import { gateOf, gatePorts } from "../../src/operations/shared/run-gate.ts";
import { nodePlatform } from "../../src/platform/index.ts";
import { homeIn } from "../lifecycle/parts.ts";
import { install, newCall, newHome, publicKeyOf, sha256, skillBytes, temporaryFolder } from "../lifecycle/support.ts";

const echo = { skillId: "acme.echo" };
const set = (home: Home, status: "active" | "quarantined" | "disabled", version?: string) =>
  changeStatus(home, { skillId: "acme.echo", status, reason: "odd", ...(version === undefined ? {} : { version }) }, newCall());
const installed = async (): Promise<Home> => {
  const home = newHome();
  await install(home);
  return home;
};
const resolve = (home: Home, version?: string) =>
  gateOf(home).resolveForRun({ ...echo, ...(version === undefined ? {} : { version }) }, newCall());
const events = async (home: Home) => {
  const journal = await home.openJournal(home.places.journal, { create: false });
  try {
    return (await journal?.events({ last: 1_000_000 })) ?? [];
  } finally {
    await journal?.close();
  }
};

describe("T1: what may run is what was installed, by whom is trusted now", () => {
  it("gives the very bytes, and writes nothing", async () => {
    const home = await installed();
    const before = await events(home);
    const skill = await resolve(home);
    expect(skill).toMatchObject({ skillId: "acme.echo", version: "1.0.0", status: { status: "active" } });
    expect(skill.trusted.decision).toBe("tofu_pinned");
    expect(await events(home)).toEqual(before);
  });

  it("refuses other bytes under its name, well signed or not, and none at all", async () => {
    const home = await installed();
    const file = skillsFolder(home.places.skillsRoot).artifact("acme.echo", "1.0.0");
    writeFileSync(file, await skillBytes({ key: 7 }));
    await expect(resolve(home)).rejects.toHaveCode("ArtifactDigestMismatch");
    rmSync(file);
    await expect(resolve(home)).rejects.toHaveCode("ArtifactDigestMismatch");
  });

  it("refuses an index that calls it by another's name, and what is not installed", async () => {
    const home = await installed();
    const { index } = skillsFolder(home.places.skillsRoot);
    writeFileSync(index, readFileSync(index, "utf8").replace('"publisher": "acme"', '"publisher": "globex"'));
    await expect(resolve(home)).rejects.toHaveCode("IndexInvalid");
    await expect(resolve(await installed(), "2.0.0")).rejects.toHaveCode("NotInstalled");
  });

  it("takes no first use, no revoked key and no store that something else changed", async () => {
    const home = await installed();
    const key = await publicKeyOf(1);
    await changeTrust(home, { do: "unpin", publisher: "acme" }, newCall());
    await expect(resolve(home)).rejects.toHaveCode("UntrustedPublisher");
    await changeTrust(home, { do: "add", publisher: "acme", key }, newCall());
    expect((await resolve(home)).trusted.decision).toBe("allowlisted");
    const revoke = { do: "revoke", publisher: "acme", key, reason: "leaked", at_ms: 5 } as const;
    await decideTrustChange(home, "revoke", () => revoke, newCall());
    await expect(resolve(home)).rejects.toHaveCode("RevokedKey");
    const other = await installed();
    writeFileSync(other.places.trustStore, "{}");
    await expect(resolve(other)).rejects.toHaveCode("TrustStoreChanged");
  });
});

describe("T2: the status is that of the version that was resolved", () => {
  it("whichever is newer, and none is none", async () => {
    const home = await installed();
    await install(home, { version: "1.1.0" });
    await set(home, "quarantined", "1.0.0");
    expect((await resolve(home)).version).toBe("1.1.0");
    await expect(resolve(home, "1.0.0")).rejects.toMatchObject({
      code: "NotEligible",
      details: { version: "1.0.0", reasons: ["quarantined: odd"] },
    });
    await set(home, "disabled");
    await expect(resolve(home)).rejects.toHaveCode("NotEligible");
    await set(home, "active");
    const database = openDatabase(home.places.journal);
    database.exec("DELETE FROM skill_status");
    database.close();
    await expect(resolve(home)).rejects.toMatchObject({ code: "NotEligible", details: { reasons: ["unknown"] } });
  });
});

describe("T31: an index that was put back or edited beside its journal", () => {
  const foldersOf = (home: Home) => skillsFolder(home.places.skillsRoot);

  it("brings back nothing that was removed, until a person admits it or it is installed again", async () => {
    const home = await installed();
    await install(home, { version: "1.1.0" });
    const { index, version } = foldersOf(home);
    const [before, folder, kept] = [readFileSync(index), version("acme.echo", "1.0.0"), join(temporaryFolder(), "kept")];
    cpSync(folder, kept, { recursive: true });
    const gate = gateOf(home);
    const skill = await gate.resolveForRun({ ...echo, version: "1.0.0" }, newCall());
    await removeSkill(home, { ...echo, version: "1.0.0" }, newCall());
    const putBack = (): void => {
      writeFileSync(index, before);
      cpSync(kept, folder, { recursive: true });
    };
    putBack();
    const removed = { code: "NotEligible", details: { reasons: [expect.stringContaining("removed")] } };
    await expect(resolve(home, "1.0.0")).rejects.toMatchObject(removed);
    await expect(gate.recordStart(skill, newCall())).rejects.toMatchObject(removed);
    expect((await resolve(home)).version).toBe("1.1.0");
    await set(home, "active", "1.0.0");
    expect((await resolve(home, "1.0.0")).version).toBe("1.0.0");
    await removeSkill(home, { ...echo, version: "1.0.0" }, newCall());
    await install(home, { version: "1.0.0" }, { allowDowngrade: true });
    await set(home, "active", "1.0.0");
    expect((await resolve(home, "1.0.0")).version).toBe("1.0.0");
  });

  it("lends a status to no other artifact of the same version and key, admitted or not", async () => {
    const home = await installed();
    const { index, artifact } = foldersOf(home);
    const other = await skillBytes({ extra: "# built anew" });
    const digest = (await resolve(home)).artifactSha256;
    writeFileSync(artifact("acme.echo", "1.0.0"), other);
    const { payloadSha256 } = await openArtifact(other, nodePlatform);
    const text = readFileSync(index, "utf8").replaceAll(digest, sha256(other));
    writeFileSync(index, text.replace(/"payload_sha256": "[0-9a-f]{64}"/, `"payload_sha256": "${payloadSha256}"`));
    const another = { code: "NotEligible", details: { reasons: [expect.stringContaining("another artifact")] } };
    await expect(resolve(home)).rejects.toMatchObject(another);
    await set(home, "active");
    await expect(resolve(home)).rejects.toMatchObject(another);
  });
});

describe("T8, T31: an index that was edited to lead to another installed version", () => {
  const file = (home: Home): string => skillsFolder(home.places.skillsRoot).index;
  const entriesOf = (home: Home): { version: string; current: boolean }[] => JSON.parse(readFileSync(file(home), "utf8")).entries;
  const edit = (home: Home, change: (entries: { version: string; current: boolean }[]) => unknown): void => {
    const index = JSON.parse(readFileSync(file(home), "utf8"));
    writeFileSync(file(home), JSON.stringify({ ...index, entries: change(entriesOf(home)) }));
  };
  const lowerIsCurrent = (entries: { version: string; current: boolean }[]) =>
    entries.map((each) => ({ ...each, current: each.version === "1.0.0" }));
  const refused = { code: "NotEligible", details: { version: "1.0.0", reasons: [expect.stringContaining("which is 1.1.0")] } };
  const updated = async (): Promise<Home> => {
    const home = await installed();
    await install(home, { version: "1.1.0" });
    return home;
  };
  const use = (home: Home, version: string, allowDowngrade = false) =>
    useVersion(home, { ...echo, version, allowDowngrade }, newCall());

  it("is not followed: neither where it names the lower one, nor where it leaves out the higher one", async () => {
    const home = await updated();
    expect((await resolve(home)).version).toBe("1.1.0");
    const honest = readFileSync(file(home));
    edit(home, lowerIsCurrent);
    await expect(resolve(home)).rejects.toMatchObject(refused);
    // Asked for by its number it is what was installed.
    expect((await resolve(home, "1.0.0")).version).toBe("1.0.0");
    edit(home, (entries) => entries.filter(({ version }) => version === "1.0.0"));
    await expect(resolve(home)).rejects.toMatchObject(refused);
    writeFileSync(file(home), honest);
    expect((await resolve(home)).version).toBe("1.1.0");
  });

  it("is put right by a person, who may mean it: with the flag of a downgrade", async () => {
    const home = await updated();
    edit(home, lowerIsCurrent);
    await expect(use(home, "1.0.0")).rejects.toHaveCode("DowngradeRefused");
    expect(await use(home, "1.0.0", true)).toMatchObject({ changed: true, status: "active" });
    expect((await resolve(home)).version).toBe("1.0.0");
    expect(await use(home, "1.0.0", true)).toMatchObject({ changed: false });
    expect(await use(home, "1.1.0")).toMatchObject({ changed: true });
    expect((await resolve(home)).version).toBe("1.1.0");
    edit(home, lowerIsCurrent);
    await use(home, "1.1.0");
    expect((await resolve(home)).version).toBe("1.1.0");
  });

  it("what a person did is followed: use, a removal, an install of a lower one, in a moved home as well", async () => {
    const home = await updated();
    await use(home, "1.0.0", true);
    expect((await resolve(home)).version).toBe("1.0.0");
    await use(home, "1.1.0");
    await removeSkill(home, echo, newCall());
    expect((await resolve(home)).version).toBe("1.0.0");
    await install(home, { version: "0.9.0" }, { allowDowngrade: true });
    expect((await resolve(home)).version).toBe("0.9.0");
    const skillsRoot = join(home.places.stateRoot, "moved");
    renameSync(home.places.skillsRoot, skillsRoot);
    const moved = { ...home, places: { ...home.places, skillsRoot } };
    expect((await resolve(moved)).version).toBe("0.9.0");
    edit(moved, lowerIsCurrent);
    await expect(resolve(moved)).rejects.toHaveCode("NotEligible");
  });

  it("is asked of each folder for itself, where one journal serves several", async () => {
    const home = await installed();
    const other = { ...home, places: { ...home.places, skillsRoot: join(home.places.stateRoot, "other") } };
    await install(other, { version: "2.0.0" });
    expect((await resolve(home)).version).toBe("1.0.0");
    expect((await resolve(other)).version).toBe("2.0.0");
    await install(other, { version: "1.0.0" }, { allowDowngrade: true });
    await removeSkill(other, { ...echo, version: "1.0.0" }, newCall());
    expect((await resolve(home)).version).toBe("1.0.0");
  });

  it("a command that is at it is waited for", async () => {
    const home = await updated();
    const gate = gateOf(home);
    let going = true;
    const starts = (async () => {
      const seen = new Set<string>();
      while (going) seen.add((await gate.resolveForRun(echo, newCall())).version);
      return seen;
    })();
    for (let n = 0; n < 6; n += 1) await use(home, n % 2 === 0 ? "1.0.0" : "1.1.0", true);
    going = false;
    expect([...(await starts)].toSorted()).toEqual(["1.0.0", "1.1.0"]);
  });
});

describe("T26: a journal that is not the one the vault knows starts nothing", () => {
  it("cut, swapped while the gate lives, deleted, edited, or of which nothing is kept", async () => {
    const home = await installed();
    const { journal } = home.places;
    const old = `${journal}.old`;
    cpSync(journal, old);
    await set(home, "quarantined");
    await set(home, "active");
    const gate = gateOf(home);
    await gate.resolveForRun(echo, newCall());
    const whole = `${journal}.whole`;
    cpSync(journal, whole);
    cpSync(old, journal);
    await expect(gate.resolveForRun(echo, newCall())).rejects.toHaveCode("JournalChainBroken");
    await expect(resolve(home)).rejects.toHaveCode("JournalChainBroken");
    rmSync(journal);
    await expect(resolve(home)).rejects.toHaveCode("JournalChainBroken");
    cpSync(whole, journal);
    await gate.resolveForRun(echo, newCall());
    const database = openDatabase(journal);
    database.exec("DROP TRIGGER skill_events_no_update; UPDATE skill_events SET principal = 'user:x' WHERE seq = 1");
    database.close();
    await expect(resolve(home)).rejects.toMatchObject({ code: "JournalChainBroken", details: { seq: 1 } });
    const bare = await installed();
    rmSync(join(bare.places.journal, "../vault"), { recursive: true });
    // Its store was named: it is used as it is (spec 3.3).
    await expect(resolve(bare)).rejects.toMatchObject({ code: "JournalChainBroken", details: { recorded: null } });
  });
});

describe("T33: between resolving and starting", () => {
  it("a start is journaled, with what starts; a permit comes from there alone", async () => {
    const home = await installed();
    const gate = gateOf(home);
    const skill = await gate.resolveForRun(echo, newCall());
    const permit = await gate.recordStart(skill, newCall("user:runner"));
    expect(LaunchPermit.spend({ ...permit })).toBe(false);
    expect([LaunchPermit.spend(permit), LaunchPermit.spend(permit)]).toEqual([true, false]);
    const last = (await events(home)).at(-1);
    expect(last).toMatchObject({ seq: permit.seq, kind: "skill.started", principal: "user:runner" });
    expect(JSON.parse(last?.payload_json ?? "")).toMatchObject({ skill_id: "acme.echo", artifact_sha256: skill.artifactSha256 });
  });

  it.each<readonly [string, string, (home: Home) => Promise<unknown>]>([
    ["a quarantine", "NotEligible", (home) => set(home, "quarantined")],
    ["a removal", "NotInstalled", (home) => removeSkill(home, { skillId: "acme.echo" }, newCall())],
    [
      "a pin that is taken away",
      "UntrustedPublisher",
      (home) => changeTrust(home, { do: "unpin", publisher: "acme" }, newCall()),
    ],
  ])("%s counts: nothing starts", async (_name, code, change) => {
    const home = await installed();
    const gate = gateOf(home);
    const skill = await gate.resolveForRun(echo, newCall());
    await change(home);
    await expect(gate.recordStart(skill, newCall())).rejects.toHaveCode(code);
    expect((await events(home)).map(({ kind }) => kind)).not.toContain("skill.started");
  });

  it("an update counts, and what is stopped after it: the version before does not start in its place", async () => {
    const home = await installed();
    const gate = gateOf(home);
    const skill = await gate.resolveForRun(echo, newCall());
    const named = await gate.resolveForRun({ ...echo, version: "1.0.0" }, newCall());
    await install(home, { version: "1.1.0" });
    await set(home, "quarantined");
    await expect(gate.recordStart(skill, newCall())).rejects.toHaveCode("NotEligible");
    // Whoever names a version means that one.
    expect((await gate.recordStart(named, newCall())).skill.version).toBe("1.0.0");
  });

  it("what is decided between the look at trust and the transaction is looked at again", async () => {
    const home = await installed();
    const ports = gatePorts(home);
    const gate = new RunGate(ports);
    const skill = await gate.resolve(echo, newCall());
    let looks = 0;
    // Once trust has been decided, somebody takes the pin away.
    const decide: typeof ports.decide = async (artifact, call) => {
      const trusted = await ports.decide(artifact, call);
      looks += 1;
      if (looks === 1) await changeTrust(home, { do: "unpin", publisher: "acme" }, newCall());
      return trusted;
    };
    await expect(recordStart(gate, { ...ports, decide }, skill, newCall())).rejects.toHaveCode("UntrustedPublisher");
    expect((await events(home)).map(({ kind }) => kind)).not.toContain("skill.started");
  });
});

describe("T33: ten thousand attempts race one quarantine", () => {
  let script: Awaited<ReturnType<typeof bundleForNode>>;
  beforeAll(async () => {
    script = await bundleForNode(join(repositoryRoot, "packages/palyra/test/execution/attempts.ts"));
  });

  it("from four processes: no start has a higher number than the quarantine", async () => {
    const root = temporaryFolder();
    const home = homeIn(root);
    await install(home);
    const [processes, each] = [4, 2500];
    const children = Array.from({ length: processes }, () =>
      spawn(process.execPath, [script.file, root, String(each)], { stdio: ["ignore", "pipe", "inherit"] }),
    );
    const ended = children.map((child) => once(child, "exit"));
    await Promise.all(children.map((child) => once(child.stdout, "data")));
    while ((await events(home)).filter(({ kind }) => kind === "skill.started").length < 200)
      await new Promise((done) => setTimeout(done, 10));
    await set(home, "quarantined");
    await Promise.all(ended);
    const all = await events(home);
    const quarantine = all.findIndex(({ kind }) => kind === "skill.quarantined");
    const starts = all.flatMap(({ kind }, at) => (kind === "skill.started" ? [at] : []));
    expect(Math.max(...starts)).toBeLessThan(quarantine);
    const tallies = readFileSync(join(root, "attempts.ndjson"), "utf8")
      .trimEnd()
      .split("\n")
      .map((line): { started: number; refused: Record<string, number> } => JSON.parse(line));
    expect(tallies).toHaveLength(processes);
    const sum = (of: (tally: (typeof tallies)[number]) => number): number =>
      tallies.reduce((total, tally) => total + of(tally), 0);
    expect(sum(({ started }) => started)).toBe(starts.length);
    // Every other attempt was refused for that reason, and for no other.
    expect(sum(({ refused }) => refused["NotEligible"] ?? 0)).toBe(processes * each - starts.length);
  });
});
