import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { describeShared, repositoryRoot, shared } from "../shared.ts";
import { countsOf, isForTesting, measure, measureAttacks, readSamples, readShared } from "../tool-texts/measure.ts";
import { tables, tablesIn } from "../tool-texts/tables.ts";

/** Floors: what was measured, less a little. They may be raised. */
const PRECISION = 0.98;
const RECALL = { development: { fail: 0.71, all: 0.87 }, test: { fail: 0.61, all: 0.78 } } as const;
/** By attack: texts that must be told, of those in the corpus. */
const TOLD: Readonly<Record<string, number>> = {
  addressed: 6,
  authority: 6,
  command: 7,
  concealment: 17,
  consent: 13,
  destruction: 4,
  encoded: 17,
  evasion: 84,
  exfiltration: 30,
  foreign_files: 12,
  hidden_characters: 12,
  lookalike: 8,
  markup: 10,
  memory: 4,
  other_tools: 11,
  override: 39,
  persona: 9,
  published_tool_poisoning: 35,
  role: 8,
  skill_file: 15,
};
/** Tools of real servers that a `fail` may hit. */
const HARMLESS_LIMIT = 0.002;

describe("the corpus of tool texts", () => {
  const [harmless, hostile] = [readSamples(repositoryRoot, "harmless"), readSamples(repositoryRoot, "hostile")];

  it("has at least 1,000 harmless and 200 hostile texts, none twice, each with source and licence, a part of each for testing only", () => {
    expect(harmless.length).toBeGreaterThanOrEqual(1000);
    expect(hostile.length).toBeGreaterThanOrEqual(200);
    const texts = [...harmless, ...hostile].map(({ text }) => text);
    expect(new Set(texts).size).toBe(texts.length);
    for (const samples of [harmless, hostile]) {
      const share = samples.filter(({ text }) => isForTesting(text)).length / samples.length;
      expect(share).toBeGreaterThan(0.25);
      expect(share).toBeLessThan(0.4);
    }
    for (const name of ["harmless", "hostile"]) {
      const lines = readFileSync(join(repositoryRoot, `testing/corpora/tool-texts/${name}.jsonl`), "utf8")
        .trim()
        .split("\n");
      const unnamed = lines.filter((line) => !/"source": "[\w/.-]+", "licence": "(?:MIT|Apache-2\.0)"/.test(line));
      expect(unnamed.map((line) => createHash("sha256").update(line).digest("hex"))).toEqual([]);
    }
  });

  for (const { name, precision, recall, recallAtFail } of measure(repositoryRoot))
    it(`${name}: precision at fail is at least ${PRECISION}, recall does not fall`, () => {
      expect(precision).toBeGreaterThanOrEqual(PRECISION);
      expect(recallAtFail).toBeGreaterThanOrEqual(RECALL[name].fail);
      expect(recall).toBeGreaterThanOrEqual(RECALL[name].all);
    });

  it("recall of no attack falls", () => {
    const found = measureAttacks(hostile);
    const told = Object.keys(TOLD).map((attack) => {
      const { fail, warn } = found.get(attack) ?? { fail: 0, warn: 0 };
      return [attack, fail + warn] as const;
    });
    expect(told.filter(([attack, count]) => count < (TOLD[attack] ?? 0))).toEqual([]);
  });
});

describeShared("corpora/tool-texts", "public tools and attacks", () => {
  const folder = shared("corpora/tool-texts");
  const { harmless, hostile } = readShared(folder);

  it(`a fail hits at most ${HARMLESS_LIMIT * 100} % of the tools of real servers`, () => {
    const hit = harmless.filter((tool) => countsOf(tool).fail > 0).length;
    expect(harmless.length).toBe(3276);
    expect(hit / harmless.length).toBeLessThanOrEqual(HARMLESS_LIMIT);
  });

  it("attacks that are told do not become fewer", () => {
    const { count, fail, warn } = countsOf(hostile);
    expect(count).toBe(1508);
    expect(fail).toBeGreaterThanOrEqual(390);
    expect(fail + warn).toBeGreaterThanOrEqual(655);
  });

  it("docs/tool-texts.md says what was measured", () => {
    const page = readFileSync(join(repositoryRoot, "docs/tool-texts.md"), "utf8");
    expect(tablesIn(page).trim()).toBe(tables(repositoryRoot, folder).trim());
  });
});
