import { MANIFEST_PATH } from "../../archive/index.ts";
import { positionAt, positionsAt } from "../../encoding/index.ts";
import { hiddenMatches, instructionMatches, nameMatches, type TextMatch } from "../../text/index.ts";
import type { Finding, Place } from "../finding.ts";
import { quoted, shortened } from "../wording.ts";
import { messageOf } from "./codes.ts";
import type { SubjectText, SubjectTexts } from "./texts.ts";

/**
 * Findings of one rule and status that are made of all texts: an artifact with more is not worth a longer list. Texts are looked at
 * until there are as many that fail: a thousand warnings must not hide what comes after them.
 */
const MAX_FINDINGS = 1000;

/** What the texts hide (`tool_text_hidden`). */
export const hiddenFindings = (subject: SubjectTexts): readonly Finding[] => [
  ...findingsOf(subject, ({ text, kind }) => (kind === "name" && isPlain(text) ? [] : hiddenMatches(text, kind))),
  ...subject.unread.map(({ file, reason }) => ({
    code: reason,
    // The manifest is what a model is given: of that nothing is left unread.
    status: file === MANIFEST_PATH ? ("fail" as const) : ("warn" as const),
    message: messageOf(reason),
    place: { file },
  })),
];

/** What in the texts speaks to a model (`tool_text_instructions`). */
export const instructionFindings = (subject: SubjectTexts): readonly Finding[] =>
  findingsOf(subject, ({ text, kind }) => (kind === "name" ? nameMatches(text) : instructionMatches(text, kind)));

function findingsOf(subject: SubjectTexts, matchesOf: (text: SubjectText) => readonly TextMatch[]): readonly Finding[] {
  const found: Finding[] = [];
  const counts = { fail: 0, warn: 0 };
  const search = searchIn(subject.manifestText);
  for (const text of subject.texts) {
    if (counts.fail >= MAX_FINDINGS) break;
    const matches = matchesOf(text).filter(({ status }) => counts[status]++ < MAX_FINDINGS);
    if (matches.length === 0) continue;
    const places = placesOf(matches, text, search);
    for (const match of matches) found.push(findingOf(match, text, places.get(match.start) ?? text.place));
  }
  return found;
}

/** Most names are a plain word. */
const isPlain = (name: string): boolean => /^[\w$.-]*$/.test(name);

function findingOf({ code, status, start, end, hidden }: TextMatch, { text }: SubjectText, place: Place): Finding {
  const spelled = hidden === undefined ? "" : ` It spells ${quoted(hidden)}.`;
  return { code, status, message: `${messageOf(code)}${spelled}`, place, quote: quoteOf(text, start, end) };
}

/** Characters on each side of a short match, by which a person finds it. */
const AROUND = 16;
const SHORT = 12;

function quoteOf(text: string, start: number, end: number): string {
  if (end - start > SHORT) return shortened(text.slice(start, end));
  // Not beyond its lines: what is quoted stands in the line that is shown.
  const before = Math.max(0, start - AROUND);
  const from = before + text.slice(before, start).lastIndexOf("\n") + 1;
  const [line = ""] = text.slice(end, end + AROUND).split("\n");
  const around = text.slice(isLow(text, from) ? from - 1 : from, end + line.length);
  return isLow(around, around.length) ? around.slice(0, -1) : around;
}

/** Would a cut here split a character? */
const isLow = (text: string, at: number): boolean =>
  at > 0 && isSurrogate(text.charCodeAt(at - 1), 0xd800) && !(at < text.length && !isSurrogate(text.charCodeAt(at), 0xdc00));
const isSurrogate = (code: number, first: number): boolean => code >= first && code < first + 0x400;

/** Where words of a field stand in the manifest, if they stand there once. */
type Search = (words: string) => { readonly line: number; readonly column: number } | undefined;

/** Code units of a manifest that are searched, and of the words that are searched for: more than any that a person wrote. */
const MAX_SEARCHED = 512 * 1024;
const MAX_WORDS = 32;
/** Searches of one rule: each may take as many steps as manifest times words (T17). */
const MAX_SEARCHES = 100;

function searchIn(manifest: string): Search {
  let left = manifest.length > MAX_SEARCHED ? 0 : MAX_SEARCHES;
  return (whole) => {
    if (left-- <= 0) return undefined;
    const words = whole.slice(0, MAX_WORDS);
    const at = manifest.indexOf(words);
    return at === -1 || manifest.indexOf(words, at + 1) !== -1 ? undefined : positionAt(manifest, at);
  };
}

/** By the start of a match: in a file its line and column; in a field of the manifest those, where its words stand there once. */
function placesOf(matches: readonly TextMatch[], { text, kind, place }: SubjectText, search: Search): ReadonlyMap<number, Place> {
  if (kind === "asset") {
    const positions = positionsAt(
      text,
      matches.map(({ start }) => start),
    );
    return new Map([...positions].map(([start, { line, column }]) => [start, { ...place, line, column }]));
  }
  return new Map(
    matches.map(({ start, end }) => {
      const found = search(text.slice(start, end));
      return [start, found === undefined ? place : { ...place, line: found.line, column: found.column }];
    }),
  );
}
