import { Matches, type TextKind, type TextMatch } from "../match.ts";
import { disguisesOf } from "./disguises.ts";
import { ENGLISH, WORDS } from "./english.ts";
import { LANGUAGES } from "./languages.ts";
import { isMentioned } from "./mention.ts";
import { PARAPHRASES } from "./paraphrases.ts";
import { roleMatches } from "./roles.ts";
import { Search } from "./search.ts";
import { tokensOf } from "./tokens.ts";
import { Vocabulary } from "./vocabulary.ts";

let kept: Search | undefined;
function patterns(): Search {
  if (kept !== undefined) return kept;
  const plain = [...ENGLISH, ...PARAPHRASES];
  kept = new Search(new Vocabulary([...plain, ...LANGUAGES, ...disguisesOf(plain, WORDS)], WORDS));
  return kept;
}

/**
 * What in a text speaks to the model that reads it (spec 4.4, `tool_text_instructions`), in the order of the text: orders that
 * override others, conceal, send data away, reach for other tools or files. Takes time linear in the text.
 */
export function instructionMatches(text: string, kind: TextKind): readonly TextMatch[] {
  const found = new Matches();
  for (const { code, status, start, end } of roleMatches(text, kind)) found.add(code, status, start, end);
  const tokens = tokensOf(text);
  patterns().search(tokens, (pattern, first, after) => {
    if (!found.hasRoom(pattern.code, pattern.status) || (kind === "asset" && ORDINARY_IN_ASSETS.has(pattern.code))) return;
    const from = tokens.starts[first] ?? 0;
    const to = tokens.ends[after - 1] ?? from;
    // Documents, and tools that look for attacks, quote what others say.
    const lenient = kind === "asset" ? pattern.inAssets : undefined;
    const status =
      lenient ?? (pattern.status === "fail" && isMentioned(pattern.code, text, from, to, kind) ? "warn" : pattern.status);
    found.add(pattern.code, status, from, to);
  });
  return worstOfEach(found.all);
}

/** Documents and settings name addresses of machines. */
const ORDINARY_IN_ASSETS: ReadonlySet<string> = new Set(["collector_link"]);

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
