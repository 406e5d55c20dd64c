import { foldText } from "../unicode/fold.ts";

/**
 * Patterns over words. A pattern is steps, one after another: `verb|other_verb ~3 object*`.
 *
 *     a|b        one of these        two_words   these in a row
 *     stem*      a word that begins so
 *     ~3         up to three other words may stand before the next step
 *     a|b?       the step may be missing
 *     !a|b       none of these is the next word
 *     <keyfile>  a word of that class (specials.ts); `<ident>` a name with `_` in it
 *     @name      a list of words by its name
 *
 * All steps stand in one sentence, and a whole match in `MAX_SPAN` words: a text is searched by masks of as many bits (search.ts), so
 * what a pattern costs at a word is a few operations a step, whatever the text is.
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
  readonly barred: boolean;
}

export type WordLists = { readonly [name: string]: string };

const MAX_GAP = 12;
/** Words that the longest match of a pattern may have. */
export const MAX_SPAN = 31;
/** Letters of the shortest stem: by so many it is found. */
export const MIN_STEM = 3;

export function compilePattern(source: string, lists: WordLists): readonly Step[] {
  const steps: Step[] = [];
  let gap = 0;
  for (const part of source.trim().split(/\s+/)) {
    if (part.startsWith("~")) {
      gap = Math.min(Number(part.slice(1)), MAX_GAP);
      continue;
    }
    const optional = part.endsWith("?");
    const barred = part.startsWith("!");
    const alternatives = expand(part.slice(barred ? 1 : 0, optional ? -1 : undefined), lists).map(wordsOf);
    steps.push({ ...sorted(alternatives), gap, optional, barred });
    gap = 0;
  }
  return steps;
}

export function expand(part: string, lists: WordLists): readonly string[] {
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

/** Words of the longest match. */
export const spanOf = (steps: readonly Step[]): number =>
  steps
    .filter(({ barred }) => !barred)
    .reduce((sum, { gap, rows }) => sum + gap + Math.max(1, ...[...rows.values()].flat().map(({ length }) => length)), 0);

export const IDENTIFIER = "<ident>";
export const isIdentifier = (word: string): boolean => word.length > 3 && word.includes("_");
