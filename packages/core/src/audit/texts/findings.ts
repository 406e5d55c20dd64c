import { positionAt, positionsAt } from "../../encoding/index.ts";
import { hiddenMatches, instructionMatches, nameMatches, type TextMatch } from "../../text/index.ts";
import type { Finding, Place } from "../finding.ts";
import { quoted, shortened } from "../wording.ts";
import { messageOf } from "./codes.ts";
import type { SubjectText, SubjectTexts } from "./texts.ts";

/** Findings of one rule that are made of all texts: an artifact with more is not worth a longer list. */
const MAX_FINDINGS = 1000;

/** What the texts hide (`tool_text_hidden`). */
export const hiddenFindings = (subject: SubjectTexts): readonly Finding[] => [
  ...findingsOf(subject, ({ text, kind }) => (kind === "name" && isPlain(text) ? [] : hiddenMatches(text, kind))),
  ...subject.unread.map(({ file, reason }) => ({
    code: reason,
    status: "warn" as const,
    message: messageOf(reason),
    place: { file },
  })),
];

/** What in the texts speaks to a model (`tool_text_instructions`). */
export const instructionFindings = (subject: SubjectTexts): readonly Finding[] =>
  findingsOf(subject, ({ text, kind }) => (kind === "name" ? nameMatches(text) : instructionMatches(text, kind)));

function findingsOf(subject: SubjectTexts, matchesOf: (text: SubjectText) => readonly TextMatch[]): readonly Finding[] {
  const found: Finding[] = [];
  for (const text of subject.texts) {
    if (found.length >= MAX_FINDINGS) break;
    const matches = matchesOf(text);
    if (matches.length === 0) continue;
    const places = placesOf(matches, text, subject.manifestText);
    for (const match of matches) found.push(findingOf(match, text, places.get(match.start) ?? text.place));
  }
  return found.slice(0, MAX_FINDINGS);
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
  const from = Math.max(0, start - AROUND);
  const around = text.slice(isLow(text, from) ? from - 1 : from, end + AROUND);
  return isLow(around, around.length) ? around.slice(0, -1) : around;
}

/** Would a cut here split a character? */
const isLow = (text: string, at: number): boolean =>
  at > 0 && isSurrogate(text.charCodeAt(at - 1), 0xd800) && !(at < text.length && !isSurrogate(text.charCodeAt(at), 0xdc00));
const isSurrogate = (code: number, first: number): boolean => code >= first && code < first + 0x400;

/** By the start of a match: in a file its line and column; in a field of the manifest those, where its words stand there once. */
function placesOf(
  matches: readonly TextMatch[],
  { text, kind, place }: SubjectText,
  manifest: string,
): ReadonlyMap<number, Place> {
  if (kind === "asset") {
    const positions = positionsAt(
      text,
      matches.map(({ start }) => start),
    );
    return new Map([...positions].map(([start, { line, column }]) => [start, { ...place, line, column }]));
  }
  return new Map(
    matches.map(({ start, end }) => {
      const words = text.slice(start, end);
      const at = manifest.indexOf(words);
      if (at === -1 || manifest.indexOf(words, at + 1) !== -1) return [start, place];
      const { line, column } = positionAt(manifest, at);
      return [start, { ...place, line, column }];
    }),
  );
}
