/** Skills that end the thread or the process that audits them, over real passes (spec 5.4, T19). */
import { spawnSync } from "node:child_process";
import { createHmac, randomBytes } from "node:crypto";
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { beforeAll, describe, expect, it } from "vitest";
import { bundleForNode } from "../../../../testing/bundle.ts";
import { repositoryRoot } from "../../../../testing/shared.ts";
import { threadedAuditor } from "../../src/daemon/threaded-auditor.ts";
import { placeDigest } from "../../src/files/index.ts";
import { readIndex, skillsFolder } from "../../src/installed/index.ts";
import { changeStatus, type Home, pardon } from "../../src/lifecycle/index.ts";
import { homeIn, install, newCall, temporaryFolder } from "../lifecycle/support.ts";

let program: Awaited<ReturnType<typeof bundleForNode>>;
beforeAll(async () => {
  program = await bundleForNode(join(repositoryRoot, "packages/palyra/test/daemon/deadly-thread.ts"));
});

async function auditing(names: readonly string[]) {
  const root = temporaryFolder();
  const home = homeIn(root);
  for (const name of names) await install(home, { id: `acme.${name}` });
  const said: string[] = [];
  let threads = 0;
  const start = () => {
    threads += 1;
    return new Worker(program.file, { workerData: { root }, resourceLimits: { maxOldGenerationSizeMb: 64 } });
  };
  return { home, said, threads: () => threads, auditor: threadedAuditor(start, (text) => void said.push(text)) };
}

async function rowOf(home: Home, name: string) {
  const journal = await home.openJournal(home.places.journal, { create: false });
  try {
    return (await journal?.status(`acme.${name}`, "1.0.0"))?.row;
  } finally {
    await journal?.close();
  }
}

describe("T19: a skill that ends the thread that audits it, every time", () => {
  it("is stopped for want of evidence, and all others have their turn; one that did it once is not", async () => {
    const { home, said, threads, auditor } = await auditing(["chance", "changed", "exits", "fills", "sound"]);
    const toml = join(skillsFolder(home.places.skillsRoot).version("acme.changed", "1.0.0"), "skill.toml");
    appendFileSync(toml, "#");
    try {
      const summary = await auditor.pass();
      // As one pass, though it began anew five times.
      expect(summary).toMatchObject({ checked: 5, quarantined: 3, already_stopped: 0 });
      expect(summary.failed.map(({ skill_id }) => skill_id).toSorted()).toEqual(["acme.changed", "acme.exits", "acme.fills"]);
      expect(existsSync(skillsFolder(home.places.skillsRoot).examining)).toBe(false);
      for (const name of ["exits", "fills"])
        expect(await rowOf(home, name), name).toMatchObject({
          status: "quarantined",
          reason: "periodic_reaudit_failed: audit_thread_died",
          operator_principal: "system:daemon",
        });
      expect(await rowOf(home, "changed")).toMatchObject({
        status: "quarantined",
        reason: expect.stringContaining("skill.toml"),
      });
      for (const name of ["chance", "sound"]) expect(await rowOf(home, name), name).toMatchObject({ status: "active" });
      // Once each, and the two again; what died alone the second time was no chance.
      expect(said.map((text) => /acme\.(\w+)@1\.0\.0/.exec(text)?.[1])).toEqual(["chance", "exits", "fills", "exits", "fills"]);
      expect(threads()).toBe(6);

      // All have been judged; and a person who enables it has it looked at again.
      expect(await auditor.pass()).toMatchObject({ checked: 2, unchanged: 2, already_stopped: 3 });
      await changeStatus(home, { skillId: "acme.exits", status: "active", reason: "try" }, newCall());
      expect(await auditor.pass()).toMatchObject({ quarantined: 1, failed: [{ skill_id: "acme.exits" }] });
      expect(threads()).toBe(8);
    } finally {
      await auditor.close();
    }
  });
});

describe("T19: a skill that is slow", () => {
  it("is not accused by an orderly stop that could not wait for it, however often", async () => {
    const root = temporaryFolder();
    const home = homeIn(root);
    await install(home, { id: "acme.slow" });
    const { examining } = skillsFolder(home.places.skillsRoot);
    for (let stops = 0; stops < 4; stops += 1) {
      let atTurn = false;
      const start = () =>
        new Worker(program.file, { workerData: { root } }).on("message", ({ of, subject }) => {
          atTurn ||= of === "turn" && subject !== undefined;
        });
      const cutOff = () => pardon(home.places.skillsRoot);
      const auditor = threadedAuditor(start, () => {}, { cutOff, graceMs: 50 });
      const pass = auditor.pass().catch((error: unknown) => error);
      while (!(atTurn && existsSync(examining))) await sleep(20);
      await auditor.close();
      await pass;
      expect(existsSync(examining)).toBe(false);
    }
    expect(await rowOf(home, "slow")).toMatchObject({ status: "active" });
  });
});

describe("T19: a skill that ends the whole process that audits it, every time", () => {
  let pass: Awaited<ReturnType<typeof bundleForNode>>;
  beforeAll(async () => {
    pass = await bundleForNode(join(repositoryRoot, "packages/palyra/test/daemon/deadly-process.ts"));
  });

  const withSkills = async (...names: readonly string[]) => {
    const root = temporaryFolder();
    const home = homeIn(root);
    for (const name of names) await install(home, { id: `acme.${name}` });
    const make = () => {
      const { signal, stdout } = spawnSync(process.execPath, [pass.file, root], { encoding: "utf8" });
      return signal ?? JSON.parse(stdout);
    };
    return { home, make, file: skillsFolder(home.places.skillsRoot).examining };
  };

  it("comes last from then on, and is stopped unparsed at the third time; one that did it once is not", async () => {
    const { home, make, file } = await withSkills("chance", "kills", "sound");
    expect(make()).toBe("SIGKILL");
    expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ examining: { skill_id: "acme.chance", deaths: 0 }, died: [] });
    expect(make()).toBe("SIGKILL");
    // Now both come after the sound one, which is judged before they are parsed; the one that did it once is well.
    expect(make()).toBe("SIGKILL");
    expect(make()).toBe("SIGKILL");
    const summary = make();
    expect(summary).toMatchObject({ checked: 3, unchanged: 2, quarantined: 1, failed: [{ skill_id: "acme.kills" }] });
    expect(await rowOf(home, "kills")).toMatchObject({
      status: "quarantined",
      reason: "periodic_reaudit_failed: audit_process_died",
    });
    for (const name of ["chance", "sound"]) expect(await rowOf(home, name), name).toMatchObject({ status: "active" });
    expect(existsSync(file)).toBe(false);
    // A person who enables it has it looked at again.
    await changeStatus(home, { skillId: "acme.kills", status: "active", reason: "try" }, newCall());
    expect(make()).toBe("SIGKILL");
    expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ examining: { skill_id: "acme.kills", deaths: 0 } });
  });

  it("is not known by a file that is wrong in any way, nor by one of other bytes", async () => {
    const { home, make, file } = await withSkills("sound");
    const [entry] = (await readIndex(home.places.skillsRoot)).entries;
    if (entry === undefined) throw new Error("nothing is installed");
    const { skill_id, version, artifact_sha256 } = entry;
    const died = { skill_id, version, artifact_sha256, deaths: 3 };
    // As it would be, had it been written by whoever has the secret of the vault; `wrong` is vouched for too.
    const key = randomBytes(32).toString("hex");
    const makeKnown = async () =>
      home.records.put(`skills.examining.${await placeDigest(skillsFolder(home.places.skillsRoot).examining)}`, key);
    const vouched = (each: object) => {
      const text = `palyra.skill.examining.v2\n${JSON.stringify(each)}`;
      return { ...each, mac: createHmac("sha256", Buffer.from(key, "hex")).update(text).digest("hex") };
    };
    const record = { schema_version: 2, examining: null, died: [died] };
    const wrong: readonly unknown[] = [
      vouched({ ...record, schema_version: 1 }),
      vouched({ ...record, more: 1 }),
      vouched({ ...record, died: [{ ...died, artifact_sha256: "0".repeat(64) }] }),
      vouched({ ...record, died: [{ ...died, deaths: "3" }] }),
      vouched({ schema_version: 2, died: [died] }),
      [],
      // A stranger's own.
      record,
      { ...record, mac: "" },
      { ...vouched(record), died: [{ ...died, deaths: 4 }] },
      { ...record, mac: "0".repeat(64) },
    ];
    for (const each of [...wrong.map((value) => JSON.stringify(value)), "", "{", JSON.stringify(vouched(record)).slice(0, -3)]) {
      writeFileSync(file, each);
      await makeKnown();
      expect(make(), each).toMatchObject({ checked: 1, quarantined: 0 });
      expect(existsSync(file), each).toBe(false);
    }
    rmSync(skillsFolder(home.places.skillsRoot).verdicts);
    writeFileSync(file, JSON.stringify(vouched(record)));
    await makeKnown();
    expect(make()).toMatchObject({ checked: 1, quarantined: 1 });
  });

  it("is not known by a record of ours that somebody lays there again, pass after pass", async () => {
    const { home, make, file } = await withSkills("chance");
    expect(make()).toBe("SIGKILL");
    const stolen = readFileSync(file);
    expect(make()).toMatchObject({ checked: 1, quarantined: 0 });
    for (let passes = 0; passes < 4; passes += 1) {
      writeFileSync(file, stolen);
      rmSync(skillsFolder(home.places.skillsRoot).verdicts, { force: true });
      expect(make()).toMatchObject({ checked: 1, quarantined: 0 });
    }
  });
});
