import { codeAt, isAsciiWord } from "../match.ts";
import { codeTable } from "../unicode/code-table.ts";
import { foldCharacter, foldText } from "../unicode/fold.ts";
import { specialsIn } from "./specials.ts";

/** The words of a text, folded (unicode/fold.ts), with their places; the same index in each list. */
export interface Tokens {
  readonly words: readonly string[];
  /** UTF-16 code units in the text as it was. */
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  /** Which sentence a word belongs to. */
  readonly sentences: readonly number[];
}

/** Characters of a word that count; what is longer is no word of any pattern. */
const MAX_WORD = 48;

/**
 * Splits a text into words. Letters and digits make one; an apostrophe in a word is dropped (`don't` is `dont`), emphasis and
 * other marks part words; letters of scripts without spaces are a word each. Paths of secrets, links, addresses and the like
 * are one word, of their class (specials.ts).
 */
export function tokensOf(text: string): Tokens {
  const words: string[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  const sentences: number[] = [];
  const specials = specialsIn(text);
  // Of the same length where all is ASCII, and only then used.
  const lowered = text.toLowerCase();
  const isPlain = lowered.length === text.length;
  let special = 0;
  let sentence = 0;
  let endsSentence = false;
  const push = (made: string, from: number, to: number): void => {
    words.push(made);
    starts.push(from);
    ends.push(to);
    sentences.push(sentence);
  };
  const open = (): void => {
    if (endsSentence) sentence++;
    endsSentence = false;
  };
  for (let at = 0; at < text.length; ) {
    const next = specials[special];
    if (next !== undefined && at === next.start) {
      open();
      push(next.word, next.start, next.end);
      at = next.end;
      special++;
      continue;
    }
    const code = text.charCodeAt(at);
    if (isAsciiWordOrLine(code)) {
      const limit = next?.start ?? text.length;
      let end = at + 1;
      while (end < limit && isAsciiWordOrLine(text.charCodeAt(end))) end++;
      if (end >= limit || isBreak(text.charCodeAt(end))) {
        open();
        const last = Math.min(end, at + MAX_WORD);
        push(isPlain ? lowered.slice(at, last) : text.slice(at, last).toLowerCase(), at, end);
        at = end;
        continue;
      }
    }
    at = other(at, next?.start ?? text.length);
  }
  return { words, starts, ends, sentences };

  /** A word that is not ASCII alone, or what parts words; the index behind it. */
  function other(from: number, limit: number): number {
    // A word of another alphabet is compared as it is written in lower case: some capitals alone look like ASCII. One with ASCII
    // in it is a disguise where all of it looks like ASCII.
    let word = "";
    let lower = "";
    let mixed = false;
    let start = from;
    let end = from;
    let at = from;
    while (at < limit) {
      const code = codeAt(text, at);
      const width = code > 0xffff ? 2 : 1;
      const kind = kindOf(code);
      if (kind === LETTER || kind === ALONE) {
        const folded = foldCharacter(code);
        if (folded !== "") {
          if (word === "") open();
          if (kind === ALONE) {
            if (word !== "") break;
            push(folded, at, at + width);
            return at + width;
          }
          if (word === "") start = at;
          if (word.length < MAX_WORD) {
            word += folded;
            mixed ||= code < 0x80;
            lower += code < 0x80 ? folded : loweredCharacter(code);
          }
          end = at + width;
        }
      } else if (kind === APOSTROPHE && word.length > 2) {
        // `don't`, `user's`; not the article of `l'utilisateur`.
      } else if (kind !== INVISIBLE) {
        if (word !== "") break;
        if (kind === STOP && isEnd(text, at + width)) endsSentence = true;
        else if (code === 0x0a && isParagraph(text, at + 1)) endsSentence = true;
        return at + width;
      }
      at += width;
    }
    if (word !== "") push(mixed && isAscii(word) ? word : lower, start, end);
    return Math.max(at, from + 1);
  }
}

const isAscii = (word: string): boolean => /^[\0-\x7f]*$/.test(word);

const OTHER = 0;
const LETTER = 1;
const ALONE = 2;
const APOSTROPHE = 3;
const STOP = 4;
const INVISIBLE = 5;

const kindOf = codeTable((code) => classify(String.fromCodePoint(code), code));

/** A letter, a digit or `_`. */
const isAsciiWordOrLine = (code: number): boolean => isAsciiWord(code) || code === 0x5f;

/** What in ASCII parts words for certain. */
const isBreak = (code: number): boolean => code < 0x80 && code !== 0x27;

/** What is left of a character in lower case. */
function loweredCharacter(code: number): string {
  const known = lowers.get(code);
  if (known !== undefined) return known;
  const made = foldText(String.fromCodePoint(code).toLowerCase());
  if (lowers.size < MAX_LOWERS) lowers.set(code, made);
  return made;
}

const lowers = new Map<number, string>();
/** More than there are capitals. */
const MAX_LOWERS = 8192;

function classify(character: string, code: number): number {
  if (code === 0x27 || code === 0x2019 || code === 0x2bc) return APOSTROPHE;
  if (/[.!?;\u3002\uff01\uff1f\uff0e\u0964\u061f]/.test(character)) return STOP;
  if (/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/u.test(character)) return ALONE;
  if (code > 0xe0020 && code < 0xe007f) return LETTER;
  if (/[\p{L}\p{N}_]/u.test(character)) return LETTER;
  if (/[\p{M}\p{Cf}\p{Variation_Selector}\u115f\u1160\u3164\uffa0]/u.test(character)) return INVISIBLE;
  return /^[a-z0-9]$/.test(foldCharacter(code)) ? LETTER : OTHER;
}

/** A stop ends a sentence where white space or nothing follows; in `id_rsa.pub` it does not. */
function isEnd(text: string, at: number): boolean {
  return at >= text.length || /[\s"'”’)\]*_>\u3000-\u9fff]/.test(text[at] ?? "") || (text.charCodeAt(at - 1) ?? 0) > 0x2fff;
}

/** A line that begins anew: after a blank one, or as a heading or an item of a list. */
function isParagraph(text: string, at: number): boolean {
  let next = at;
  while (next < at + 16 && (text[next] === " " || text[next] === "\t" || text[next] === "\r")) next++;
  return /[\n#*+|-]/.test(text[next] ?? "\n") || /^\d{1,2}[.)]/.test(text.slice(next, next + 3));
}
