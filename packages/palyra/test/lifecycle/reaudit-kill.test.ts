/** A pass of the re-audit that is killed anywhere leaves journal and index whole, and the next one makes up for it (spec 5.4, T11, T18). */

import { spawn } from "node:child_process";
import { appendFileSync, cpSync, existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { bundleForNode } from "../../../../testing/bundle.ts";
import { repositoryRoot } from "../../../../testing/shared.ts";
import { skillsFolder } from "../../src/installed/index.ts";
import { changeStatus, type Home, reauditSkills } from "../../src/lifecycle/index.ts";
import { acceptHere, homeIn, install, newCall, reauditRequest, stateOf, temporaryFolder } from "./support.ts";

let driver: Awaited<ReturnType<typeof bundleForNode>>;
beforeAll(async () => {
  driver = await bundleForNode(join(repositoryRoot, "packages/palyra/test/lifecycle/driver.ts"));
});

function killedAt(root: string, point: number): Promise<string | null> {
  const child = spawn(process.execPath, [driver.file, root, JSON.stringify({ op: "reaudit" })], {
    env: { ...process.env, PALYRA_FAULT_POINT: `*:${point}` },
    stdio: ["ignore", "ignore", "inherit"],
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => (signal === null && code !== 0 ? reject(new Error(`exit ${code}`)) : resolve(signal)));
  });
}

/** Two sound skills, a changed file, a missing artifact, a disabled one that was changed, and one that somebody quarantined. */
async function template(): Promise<string> {
  const root = temporaryFolder();
  const home = homeIn(root);
  for (const name of ["changed", "disabled", "gone", "quarantined", "sound", "well"]) await install(home, { id: `acme.${name}` });
  for (const [name, status] of [
    ["disabled", "disabled"],
    ["quarantined", "quarantined"],
  ] as const)
    await changeStatus(home, { skillId: `acme.${name}`, status, reason: "by hand" }, newCall());
  for (const name of ["changed", "disabled", "quarantined"]) appendFileSync(join(folderOf(home, name), "skill.toml"), "#");
  rmSync(join(folderOf(home, "gone"), "artifact.palyra-skill"));
  return root;
}

const folderOf = (home: Home, name: string): string => skillsFolder(home.places.skillsRoot).version(`acme.${name}`, "1.0.0");

const AFTER = ["quarantined", "quarantined", "quarantined", "quarantined", "active", "active"];

async function verify(home: Home): Promise<void> {
  const journal = await home.openJournal(home.places.journal, { create: false });
  try {
    await journal?.verifyChain();
  } finally {
    await journal?.close();
  }
}

const AT_A_TIME = 3;
const MOST_POINTS = 120;

describe("T11: a pass that is killed", () => {
  it("T18: at every point stops nothing that is sound, frees nothing, and is made up for by the next", async () => {
    const start = await template();
    const before = await stateOf(homeIn(start));
    let points = 0;
    let stopped = 0;
    for (let first = 1; points === 0 && first < MOST_POINTS; first += AT_A_TIME) {
      const ended = await Promise.all(
        Array.from({ length: AT_A_TIME }, async (_, at) => {
          const root = join(temporaryFolder(), "copy");
          cpSync(start, root, { recursive: true });
          const home = homeIn(root);
          // A journal in another place is another journal, until somebody answers for it (spec 5.3).
          await acceptHere(home);
          const signal = await killedAt(root, first + at);
          const state = await stateOf(home);
          const point = `point ${first + at}`;
          // Each row is as it was, or as it is to be.
          for (const [row, status] of state.statuses.entries())
            expect([before.statuses[row], AFTER[row]], point).toContain(status);
          expect({ ...state, statuses: [], events: [], audit: [] }, point).toEqual({
            ...before,
            statuses: [],
            events: [],
            audit: [],
          });
          await verify(home);
          if (state.statuses.includes("quarantined") && state.statuses.join() !== AFTER.join()) stopped += 1;
          await reauditSkills(home, reauditRequest(), newCall("system:daemon"));
          const after = await stateOf(home);
          expect(after.statuses, point).toEqual(AFTER);
          // What was quarantined already was not written again: one event each, and its line.
          expect(
            after.events.filter((kind) => kind === "skill.quarantined"),
            point,
          ).toHaveLength(4);
          expect(after.audit, point).toEqual(after.events);
          expect(leftOvers(home), point).toEqual([]);
          await verify(home);
          return signal === null;
        }),
      );
      if (ended.includes(true)) points = first + ended.indexOf(true) - 1;
    }
    expect(points).toBeGreaterThan(20);
    expect(stopped).toBeGreaterThan(4);
  });
});

/** What a killed process must not leave for good. */
function leftOvers({ places }: Home): readonly string[] {
  const names = existsSync(places.skillsRoot) ? readdirSync(places.skillsRoot) : [];
  return names.filter((name) => /\.tmp$|^\.pending|^\.staging/.test(name));
}
