import { linkSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import {
  KeptIndex,
  KeptSummaries,
  type ManifestSummary,
  readIndex,
  skillsFolder,
  summariesOf,
} from "../../src/installed/index.ts";
import { install, newHome, temporaryFolder } from "../lifecycle/support.ts";

const SETTLED_MS = 100;

const summary: ManifestSummary = {
  skill_name: "Fresh",
  tool_count: 1,
  required_protocol_major: 1,
  min_palyra_version: "0.1.0",
};

async function installed() {
  const home = newHome();
  await install(home);
  const { skillsRoot } = home.places;
  const { entries } = await readIndex(skillsRoot);
  const list = (renewal: "never" | "update" | "create") => summariesOf(skillsRoot, entries, async () => summary, renewal);
  return { cache: skillsFolder(skillsRoot).listCache, list };
}

describe("T25: what list remembers", () => {
  it("is renewed by who may write there alone", async () => {
    const { cache, list } = await installed();
    writeFileSync(cache, "wrong");
    expect(await list("never")).toEqual([summary]);
    expect(readFileSync(cache, "utf8")).toBe("wrong");
    expect(await list("update")).toEqual([summary]);
    expect(readFileSync(cache, "utf8")).toContain("Fresh");
  });

  it.each([
    { name: "a link", lay: symlinkSync },
    { name: "a second name", lay: linkSync },
  ])("is neither read nor written through $name", async ({ lay }) => {
    const { cache, list } = await installed();
    const precious = join(temporaryFolder(), "precious");
    const known = readFileSync(cache, "utf8").replace("Echo", "Evil");
    writeFileSync(precious, known);
    rmSync(cache);
    lay(precious, cache);
    for (const renewal of ["never", "update", "create"] as const) expect(await list(renewal)).toEqual([summary]);
    expect(readFileSync(precious, "utf8")).toBe(known);
  });
});

describe("what a process that lists again and again keeps", () => {
  it("summaries: of a file that is the same, and of no other", async () => {
    const home = newHome();
    await install(home);
    const { skillsRoot } = home.places;
    const { entries } = await readIndex(skillsRoot);
    rmSync(skillsFolder(skillsRoot).listCache);
    const kept = new KeptSummaries();
    let opened = 0;
    const list = (found: ManifestSummary = summary) => {
      const open = async () => {
        opened += 1;
        return found;
      };
      return kept.of(skillsRoot, entries, open, "update");
    };
    expect([await list(), await list()]).toEqual([[summary], [summary]]);
    expect(opened).toBe(1);
    const other = { ...summary, tool_count: 2 };
    utimesSync(skillsFolder(skillsRoot).artifact("acme.echo", "1.0.0"), 1, 1);
    expect([await list(other), await list()]).toEqual([[other], [other]]);
    expect(opened).toBe(2);
    rmSync(skillsFolder(skillsRoot).artifact("acme.echo", "1.0.0"));
    expect([await list(), await list(other)]).toEqual([[summary], [other]]);
  });

  it("the index: parsed once for each that lies there", async () => {
    const home = newHome();
    const { skillsRoot } = home.places;
    const kept = new KeptIndex(skillsRoot);
    expect((await kept.read()).entries).toEqual([]);
    await install(home);
    // What was written within the last tick of the clock is read each time.
    await sleep(SETTLED_MS);
    const first = await kept.read();
    expect(first.entries).toHaveLength(1);
    expect(await kept.read()).toBe(first);
    await install(home, { id: "acme.other" });
    expect((await kept.read()).entries).toHaveLength(2);
    const { index } = skillsFolder(skillsRoot);
    writeFileSync(index, readFileSync(index, "utf8").replace("acme.other", "acme.OTHER!"));
    await expect(kept.read()).rejects.toHaveCode("IndexInvalid");
    await expect(kept.read()).rejects.toHaveCode("IndexInvalid");
  });
});
