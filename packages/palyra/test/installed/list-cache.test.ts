import { linkSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type ManifestSummary, readIndex, skillsFolder, summariesOf } from "../../src/installed/index.ts";
import { install, newHome, temporaryFolder } from "../lifecycle/support.ts";

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
