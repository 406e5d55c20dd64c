import { foldText } from "../unicode/fold.ts";
import type { Tokens } from "./tokens.ts";

/**
 * Patterns over words. A pattern is steps, one after another: `verb|other_verb ~3 object*`.
 *
 *     a|b        one of these        two_words   these in a row
 *     stem*      a word that begins so
 *     ~3         up to three other words may stand before the next step
 *     a|b?       the step may be missing
 *     <keyfile>  a word of that class (specials.ts); `<ident>` a name with `_` in it
 *     @name      a list of words by its name
 *
 * All steps stand in one sentence. What a pattern costs at a word is bounded by its steps and gaps, so a text takes time
 * linear in its length whatever it is.
 */
export interface Step {
  /** Words that are an alternative alone. */
  readonly words: ReadonlySet<string>;
  /** Beginnings of words, without the `*`. */
  readonly stems: readonly string[];
  /** Several words in a row, by the first. */
  readonly rows: ReadonlyMap<string, readonly (readonly string[])[]>;
  /** Other words that may stand before it. */
  readonly gap: number;
  readonly optional: boolean;
}

export type WordLists = { readonly [name: string]: string };

const MAX_GAP = 12;

export function compilePattern(source: string, lists: WordLists): readonly Step[] {
  const steps: Step[] = [];
  let gap = 0;
  for (const part of source.trim().split(/\s+/)) {
    if (part.startsWith("~")) {
      gap = Math.min(Number(part.slice(1)), MAX_GAP);
      continue;
    }
    const optional = part.endsWith("?");
    const alternatives = expand(optional ? part.slice(0, -1) : part, lists).map(wordsOf);
    steps.push({ ...sorted(alternatives), gap, optional });
    gap = 0;
  }
  return steps;
}

function expand(part: string, lists: WordLists): readonly string[] {
  return part.split("|").flatMap((each) => (each.startsWith("@") ? expand(lists[each.slice(1)] ?? "", lists) : [each]));
}

/** Scripts without spaces are written as they are: each character is a word. */
function wordsOf(alternative: string): readonly string[] {
  if (alternative.startsWith("<")) return [alternative];
  return alternative.split("_").flatMap((word) => {
    const folded = foldText(word.replaceAll("'", ""));
    return ALONE.test(folded) ? Array.from(folded) : [folded];
  });
}

const ALONE = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}ー]+$/u;

function sorted(alternatives: readonly (readonly string[])[]): Pick<Step, "words" | "stems" | "rows"> {
  const words = new Set<string>();
  const stems: string[] = [];
  const rows = new Map<string, (readonly string[])[]>();
  for (const alternative of alternatives) {
    const [first = "", ...more] = alternative;
    if (more.length > 0) rows.set(first, [...(rows.get(first) ?? []), alternative]);
    else if (first.endsWith("*")) stems.push(first.slice(0, -1));
    else words.add(first);
  }
  return { words, stems, rows };
}

/** What the first word of a match may be: words, and stems with their `*`. */
export const firstWords = ({ words, stems, rows }: Step): readonly string[] => [
  ...new Set([...words, ...stems.map((stem) => `${stem}*`), ...rows.keys()]),
];

const IDENTIFIER = "<ident>";
export const isIdentifier = (word: string): boolean => word.length > 3 && word.includes("_");

/** Index behind the last word of the shortest match that begins at this word; -1 for none. */
export function matchAt(steps: readonly Step[], tokens: Tokens, at: number): number {
  const sentence = tokens.sentences[at];
  let reached: number[] = [at];
  for (const step of steps) {
    const next = step.optional ? [...reached] : [];
    for (const from of reached)
      for (let to = from; to <= from + step.gap && tokens.sentences[to] === sentence; to++)
        addEnds(step, tokens, to, sentence, next);
    if (next.length === 0) return -1;
    reached = next;
  }
  return Math.min(...reached);
}

/** Adds where the step ends when it begins at this word. */
function addEnds(step: Step, tokens: Tokens, at: number, sentence: number | undefined, ends: number[]): void {
  const word = tokens.words[at] ?? "";
  const alone =
    step.words.has(word) ||
    step.stems.some((stem) => word.startsWith(stem)) ||
    (step.words.has(IDENTIFIER) && isIdentifier(word));
  if (alone && !ends.includes(at + 1)) ends.push(at + 1);
  for (const row of step.rows.get(word) ?? []) {
    const end = at + row.length;
    const whole =
      tokens.sentences[end - 1] === sentence && row.every((each, index) => matchesWord(each, tokens.words[at + index]));
    if (whole && !ends.includes(end)) ends.push(end);
  }
}

const matchesWord = (pattern: string, word = ""): boolean =>
  pattern === word || (pattern.endsWith("*") && word.startsWith(pattern.slice(0, -1)));
