import type { Matches } from "../match.ts";
import type { Run } from "./run.ts";

const BLACK_FLAG = 0x1f3f4;
const CANCEL = 0xe007f;

/**
 * Tag characters ("ASCII smuggling"): invisible, and a model reads them as the ASCII that they mirror. The one use that people
 * have for them is the flag of a region: a black flag, up to six letters and digits, the end.
 */
export function tagMatches({ codes, start, end, before, tags: count }: Run, found: Matches): void {
  if (count === 0 || !found.hasRoom("tag_characters", "fail")) return;
  const tags = codes.filter(isTag);
  const isFlag = before === BLACK_FLAG && tags.length === codes.length && tags.length <= 7 && tags.at(-1) === CANCEL;
  const region = isFlag && tags.slice(0, -1).every((code) => /[a-z0-9]/.test(asciiOf(code)));
  if (!region) found.add("tag_characters", "fail", start, end, tags.map(asciiOf).join(""));
}

export const isTag = (code: number): boolean => code >= 0xe0000 && code <= 0xe0fff && (code < 0xe0100 || code > 0xe01ef);
const asciiOf = (code: number): string => (code >= 0xe0020 && code < CANCEL ? String.fromCharCode(code - 0xe0000) : "");
