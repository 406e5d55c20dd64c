import { Matches, type TextKind, type TextMatch } from "../match.ts";
import { ENGLISH, type Pattern, WORDS } from "./english.ts";
import { LANGUAGES } from "./languages.ts";
import { isMentioned } from "./mention.ts";
import { compilePattern, firstWords, isIdentifier, matchAt, type Step } from "./pattern.ts";
import { roleMatches } from "./roles.ts";
import { tokensOf } from "./tokens.ts";

interface Compiled extends Pattern {
  readonly steps: readonly Step[];
}

interface Index {
  readonly byWord: ReadonlyMap<string, readonly Compiled[]>;
  /** By the letters before the `*`. */
  readonly byStem: ReadonlyMap<string, readonly Compiled[]>;
  readonly byName: readonly Compiled[];
  readonly longestStem: number;
}

let index: Index | undefined;

/**
 * What in a text speaks to the model that reads it (spec 4.4, `tool_text_instructions`), in the order of the text: orders that
 * override others, conceal, send data away, reach for other tools or files. Takes time linear in the text.
 */
export function instructionMatches(text: string, kind: TextKind): readonly TextMatch[] {
  index ??= buildIndex();
  const found = new Matches();
  for (const { code, status, start, end } of roleMatches(text, kind)) found.add(code, status, start, end);
  const tokens = tokensOf(text);
  for (let at = 0; at < tokens.words.length; at++)
    for (const pattern of candidates(index, tokens.words[at] ?? "")) {
      if (!found.hasRoom(pattern.code, pattern.status)) continue;
      const end = matchAt(pattern.steps, tokens, at);
      if (end === -1) continue;
      const from = tokens.starts[at] ?? 0;
      const to = tokens.ends[end - 1] ?? from;
      // Documents, and tools that look for attacks, quote what others say.
      const status = pattern.status === "fail" && isMentioned(pattern.code, text, from, to, kind) ? "warn" : pattern.status;
      found.add(pattern.code, status, from, to);
    }
  return worstOfEach(found.all);
}

/** Of matches of one code that overlap, the gravest, then the first. */
function worstOfEach(matches: readonly TextMatch[]): readonly TextMatch[] {
  const kept: TextMatch[] = [];
  for (const match of matches) {
    const same = kept.findLastIndex(({ code }) => code === match.code);
    const before = kept[same];
    if (before === undefined || before.end <= match.start) kept.push(match);
    else if (before.status === "warn" && match.status === "fail") kept[same] = match;
  }
  return kept;
}

function candidates({ byWord, byStem, byName, longestStem }: Index, word: string): readonly Compiled[] {
  const exact = byWord.get(word);
  let found = exact;
  for (let length = Math.min(word.length, longestStem); length > 2; length--) {
    const stem = byStem.get(word.slice(0, length));
    if (stem !== undefined) found = found === undefined ? stem : [...found, ...stem];
  }
  if (byName.length > 0 && isIdentifier(word)) found = [...(found ?? []), ...byName];
  return found ?? NONE;
}

const NONE: readonly Compiled[] = [];

function buildIndex(): Index {
  const byWord = new Map<string, Compiled[]>();
  const byStem = new Map<string, Compiled[]>();
  const byName: Compiled[] = [];
  for (const pattern of [...ENGLISH, ...LANGUAGES]) {
    const compiled = { ...pattern, steps: compilePattern(pattern.words, WORDS) };
    const [begin] = compiled.steps;
    for (const first of begin === undefined ? [] : firstWords(begin)) {
      if (first === "<ident>") byName.push(compiled);
      else if (first.endsWith("*")) push(byStem, first.slice(0, -1), compiled);
      else push(byWord, first, compiled);
    }
  }
  const longestStem = Math.max(0, ...Array.from(byStem.keys(), ({ length }) => length));
  return { byWord, byStem, byName, longestStem };
}

function push<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}
