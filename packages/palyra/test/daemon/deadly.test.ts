/** Skills that end the thread that audits them, over real passes on real threads (spec 5.4, T19). */
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundleForNode } from "../../../../testing/bundle.ts";
import { repositoryRoot } from "../../../../testing/shared.ts";
import { threadedAuditor } from "../../src/daemon/threaded-auditor.ts";
import { skillsFolder } from "../../src/installed/index.ts";
import { changeStatus, type Home } from "../../src/lifecycle/index.ts";
import { homeIn, install, newCall, temporaryFolder } from "../lifecycle/support.ts";

let program: Awaited<ReturnType<typeof bundleForNode>>;
beforeAll(async () => {
  program = await bundleForNode(join(repositoryRoot, "packages/palyra/test/daemon/deadly-thread.ts"));
});
afterAll(() => program.remove());

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
  it("is stopped for want of evidence, and all others have their turn; one that did it once is not", {
    timeout: 120_000,
  }, async () => {
    const { home, said, threads, auditor } = await auditing(["chance", "changed", "exits", "fills", "sound"]);
    const toml = join(skillsFolder(home.places.skillsRoot).version("acme.changed", "1.0.0"), "skill.toml");
    appendFileSync(toml, "#");
    try {
      const summary = await auditor.pass();
      expect(summary).toMatchObject({ checked: 3, quarantined: 1, already_stopped: 2 });
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
