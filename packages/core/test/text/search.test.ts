import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Pattern } from "../../src/text/instructions/english.ts";
import { compilePattern, IDENTIFIER, isIdentifier, type Step } from "../../src/text/instructions/pattern.ts";
import { Search } from "../../src/text/instructions/search.ts";
import type { Tokens } from "../../src/text/instructions/tokens.ts";
import { Vocabulary } from "../../src/text/instructions/vocabulary.ts";

const LISTS = { verb: "read|send|do_not|do_not_send", thing: "key*|secret_key|<ident>" };

/** The same one step and one word after another, as a person would look for it. */
function matchAt(steps: readonly Step[], { words, sentences }: Tokens, at: number): number {
  const [first] = steps;
  if (first === undefined || endsOf(first, words, sentences, at, at).length === 0) return -1;
  let reached = [at];
  for (const step of steps) {
    if (step.barred) {
      reached = reached.filter(
        (from) =>
          from >= words.length || endsOf(step, words, sentences, from, at).length === 0 || sentences[from] !== sentences[at],
      );
      if (reached.length === 0) return -1;
      continue;
    }
    const next = step.optional ? [...reached] : [];
    for (const from of reached)
      for (let to = from; to <= from + step.gap && sentences[to] === sentences[at]; to++)
        next.push(...endsOf(step, words, sentences, to, at));
    if (next.length === 0) return -1;
    reached = next;
  }
  const end = Math.min(...reached);
  return end === at ? -1 : end;
}

function endsOf(step: Step, words: readonly string[], sentences: readonly number[], at: number, start: number): number[] {
  const word = words[at];
  if (word === undefined) return [];
  const alone = step.words.has(word) || step.stems.some((stem) => word.startsWith(stem));
  const rows = (step.rows.get(word) ?? []).filter(
    (row) =>
      sentences[at + row.length - 1] === sentences[start] &&
      row.every((each, index) => {
        const there = words[at + index] ?? "";
        return each === there || (each.endsWith("*") && there.startsWith(each.slice(0, -1)));
      }),
  );
  return [
    ...(alone || (step.words.has(IDENTIFIER) && isIdentifier(word)) ? [at + 1] : []),
    ...rows.map(({ length }) => at + length),
  ];
}

function tokensOf(words: readonly string[], breaks: readonly boolean[]): Tokens {
  let sentence = 0;
  const sentences = words.map((_, at) => (breaks[at] === true && at > 0 ? ++sentence : sentence));
  return { words, sentences, starts: words.map((_, at) => at), ends: words.map((_, at) => at + 1) };
}

const patternsOf = (...words: readonly string[]): readonly Pattern[] =>
  words.map((each) => ({ code: "override", status: "fail", words: each }));

describe("patterns are found at once as they are one by one", () => {
  const part = fc.constantFrom(
    "a",
    "read",
    "@verb",
    "@thing",
    "a|key*",
    "a_b?",
    "b?",
    "<ident>",
    "do_not|b",
    "ab*",
    "a_b*|c",
    "!a|key*",
  );
  const pattern = fc
    .tuple(
      part.filter((each) => !/[!?]/.test(each)),
      fc.array(fc.tuple(fc.integer({ min: 0, max: 6 }), part), { maxLength: 3 }),
    )
    .map(([first, more]) => [first, ...more.map(([gap, each]) => `~${gap} ${each}`)].join(" "))
    // Stems are of three letters and more.
    .map((each) => each.replaceAll("ab*", "abc*").replaceAll("b*", "bcd*"));
  const word = fc.constantFrom(
    "a",
    "b",
    "c",
    "abcd",
    "bcde",
    "read",
    "send",
    "do",
    "not",
    "key",
    "keys",
    "secret",
    "list_keys",
    "x",
  );

  it("whatever the words and sentences are", () => {
    fc.assert(
      fc.property(
        fc.array(pattern, { minLength: 1, maxLength: 4 }),
        fc.array(word, { maxLength: 80 }),
        fc.array(
          fc.integer({ min: 0, max: 9 }).map((each) => each === 0),
          { maxLength: 80 },
        ),
        (sources, words, breaks) => {
          const tokens = tokensOf(words, breaks);
          const found = new Set<string>();
          const patterns = patternsOf(...sources);
          const vocabulary = new Vocabulary(patterns, LISTS);
          new Search(vocabulary).search(tokens, (_, from, to) => found.add(`${from} ${to}`));
          const wanted = sources.flatMap((source) =>
            words.flatMap((_, at) => {
              const end = matchAt(compilePattern(source, LISTS), tokens, at);
              return end === -1 ? [] : [`${at} ${end}`];
            }),
          );
          expect([...found].toSorted()).toEqual([...new Set(wanted)].toSorted());
        },
      ),
      { numRuns: 400 },
    );
  });

  it("across the parts in which a long text is searched, and one search after another", () => {
    const search = new Search(new Vocabulary(patternsOf("read ~6 secret_key ~4 to"), LISTS));
    for (const before of [0, 1000, 1010, 1020, 1023, 1024, 1025, 2040, 2048, 5000]) {
      const filler = Array.from({ length: before }, () => "x");
      const words = [...filler, "read", "x", "x", "secret", "key", "x", "to", "x"];
      const found: number[][] = [];
      search.search(tokensOf(words, []), (_, from, to) => found.push([from, to]));
      expect(found).toEqual([[before, before + 7]]);
    }
  });

  it("refuses a pattern that no mask holds, and a stem that is too short to be found by", () => {
    expect(() => new Vocabulary(patternsOf("a ~12 b ~12 c ~12 d"), {})).toThrow(RangeError);
    expect(() => new Vocabulary(patternsOf("a ~1 ab*"), {})).toThrow(RangeError);
  });
});
