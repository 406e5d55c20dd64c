// What Palyra's own command line does, replayed against ours as it is built (`node scripts/build.mjs --bundle`).
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { replay } from "../../../../testing/replay/replay.ts";
import { type JsonRecord, list, readScenarios, type Scenario } from "../../../../testing/replay/scenario.ts";
import { describeShared, repositoryRoot, shared } from "../../../../testing/shared.ts";

const command = [process.execPath, join(repositoryRoot, "packages/palyra/bin/palyra.js")] as const;
const inputs = shared("conformance/cli/inputs");

/** Scenarios of what comes later, by what they wait for. */
const LATER: { readonly [id: string]: string } = {
  "registry-dir-install": "registries",
  "registry-dir-update": "registries",
  "registry-dir-damaged": "registries",
  "registry-url-install": "registries",
  "registry-url-refusals": "registries",
};
/**
 * What follows from a deviation and is not written down at the later steps. `audit-artifact`: step 1 pins nothing (D4), so the key is as
 * new to the audits after it.
 */
const FOLLOWS: { readonly [id: string]: { readonly steps: readonly number[]; readonly deviation: JsonRecord } } = {
  "audit-artifact": {
    steps: [2, 3, 4, 5],
    deviation: { clause: "D4", at: "/json/audits/0/report/trust_decision", value: "tofu_newly_pinned" },
  },
};
/** Scenarios at a time. */
const AT_A_TIME = 2;

describeShared("conformance/cli/scenarios.json", "scenarios of the command line", () => {
  const scenarios = readScenarios(shared("conformance/cli/scenarios.json"));
  const now = scenarios.filter(({ id }) => LATER[id] === undefined).map(withWhatFollows);
  const results = atATime(AT_A_TIME, now, (scenario) => replay(scenario, command, inputs));

  it("are all accounted for", () => {
    const ids = new Set(scenarios.map(({ id }) => id));
    expect(Object.keys(LATER).filter((id) => !ids.has(id))).toEqual([]);
    expect(now.length).toBeGreaterThanOrEqual(36);
  });

  it("have a build to run on", () => {
    expect(existsSync(join(repositoryRoot, "packages/palyra/dist/palyra.js"))).toBe(true);
  });

  describe.each(now.map(({ id, title }, index) => ({ id, title, index })))("$id", ({ title, index }) => {
    it(title, async () => {
      expect(await results[index]).toEqual([]);
    });
  });
});

function withWhatFollows(scenario: Scenario): Scenario {
  const follows = FOLLOWS[scenario.id];
  if (follows === undefined) return scenario;
  const steps = scenario.steps.map((step, index) =>
    follows.steps.includes(index)
      ? { ...step, deviations: [...list(step["deviations"], "deviations"), follows.deviation] }
      : step,
  );
  return { ...scenario, steps };
}

/** Starts the work on each item, so many at a time; a promise for each. */
function atATime<Item, Result>(
  count: number,
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): readonly Promise<Result>[] {
  const lanes: Promise<unknown>[] = Array.from({ length: count }, () => Promise.resolve());
  return items.map((item, index) => {
    const result = (lanes[index % count] ?? Promise.resolve()).then(() => work(item));
    lanes[index % count] = result.catch(() => {});
    result.catch(() => {});
    return result;
  });
}
