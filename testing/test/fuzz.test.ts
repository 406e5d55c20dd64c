import { execFile } from "node:child_process";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { bundleForNode } from "../bundle.ts";
import { type Corpus, mutate, seed } from "../fuzz/mutate.ts";
import type { Random } from "../fuzz/random.ts";
import { makeInput, runTarget } from "../fuzz/run.ts";
import { ACCEPTED, Broken, refusedWith, type Target } from "../fuzz/target.ts";
import { repositoryRoot } from "../shared.ts";

/** Inputs of each target in CI: a few seconds for each. `npm run fuzz` takes as many as it is given time for. */
const COUNTS: readonly (readonly [target: string, inputs: number])[] = [
  ["archive", 2_000],
  ["toml", 10_000],
  ["manifest", 10_000],
  ["json", 15_000],
  ["signature", 2_000],
  ["statement", 3_000],
  ["trust", 12_000],
  ["wasm", 5_000],
  ["metering", 1_000],
  ["artifact", 600],
];

interface Run {
  readonly code: number;
  readonly output: string;
}

describe("the fuzzer, for a fixed count", () => {
  let bundle: Awaited<ReturnType<typeof bundleForNode>> | undefined;
  beforeAll(async () => {
    bundle = await bundleForNode(join(repositoryRoot, "testing", "fuzz", "main.ts"));
  });

  it.each(COUNTS)("%s: nothing but its own errors, and all that must hold", async (target, inputs) => {
    const args = [bundle?.file ?? "", "--target", target, "--count", String(inputs), "--seed", "ci", "--json"];
    const { code, output } = await new Promise<Run>((resolve) =>
      execFile(process.execPath, args, { cwd: repositoryRoot, maxBuffer: 2 ** 24 }, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : 1, output: stdout + stderr }),
      ),
    );
    expect(output).not.toContain("FOUND");
    expect(code, output).toBe(0);
    const { results } = JSON.parse(output);
    // A fuzzer that reaches nothing finds nothing.
    expect(results).toEqual([expect.objectContaining({ target, inputs, findings: [] })]);
    expect(results[0].accepted).toBeGreaterThan(0);
    expect(Object.keys(results[0].refusals).length).toBeGreaterThan(0);
  });
});

describe("what the fuzzer finds", () => {
  const target: Target = {
    name: "broken",
    seeds: async () => ({ good: [], bad: [] }),
    make: (random: Random, corpus: Corpus) => mutate(seed(random, corpus), random, corpus),
    check: (input) => {
      if (input.includes(0xfe)) throw new RangeError("not an error of its own");
      if (input.length > 60) throw new Broken("inputs of a corpus that is short are short themselves", input.length);
      return input.length % 2 === 0 ? ACCEPTED : refusedWith("odd");
    },
  };
  const corpus: Corpus = { good: [new Uint8Array(50).fill(1)], bad: [Uint8Array.of(2, 3)] };
  const options = { seed: "a", from: 0, count: 3_000, forMs: 60_000, begin: () => undefined };

  it("is each kind once, with an input that its number makes again", async () => {
    const { findings, inputs, accepted, refusals } = await runTarget(target, corpus, options);
    expect(findings.map(({ problem }) => problem.split(":")[0]).sort()).toEqual(["Broken", "RangeError"]);
    expect([inputs, accepted > 0, refusals.has("odd")]).toEqual([3_000, true, true]);
    for (const { iteration, input } of findings) {
      expect(await makeInput(target, corpus, "a", iteration)).toEqual(input);
      const again = await runTarget(target, corpus, { ...options, from: iteration, count: 1 });
      expect(again.findings.map((each) => each.iteration)).toEqual([iteration]);
    }
  });

  it("is another with another seed", async () => {
    const inputs = await Promise.all(["a", "b"].map((text) => makeInput(target, corpus, text, 7)));
    expect(inputs[0]).not.toEqual(inputs[1]);
  });
});
