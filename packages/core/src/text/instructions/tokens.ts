import { codeAt } from "../match.ts";
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
  let special = 0;
  let sentence = 0;
  let word = "";
  // A word of another alphabet is compared as it is written in lower case: some capitals alone look like ASCII. One with ASCII
  // in it is a disguise where all of it looks like ASCII.
  let lower = "";
  let mixed = false;
  let start = 0;
  let end = 0;
  let endsSentence = false;
  const push = (made: string, from: number, to: number): void => {
    words.push(made);
    starts.push(from);
    ends.push(to);
    sentences.push(sentence);
  };
  const flush = (): void => {
    if (word !== "") push(mixed && isAscii(word) ? word : lower, start, end);
    word = "";
    lower = "";
    mixed = false;
  };
  for (let at = 0; at < text.length; ) {
    const next = specials[special];
    if (next !== undefined && at === next.start) {
      flush();
      if (endsSentence) sentence++;
      endsSentence = false;
      push(next.word, next.start, next.end);
      at = next.end;
      special++;
      continue;
    }
    const code = codeAt(text, at);
    const width = code > 0xffff ? 2 : 1;
    const kind = kindOf(code);
    if (kind === LETTER || kind === ALONE) {
      const folded = foldCharacter(code);
      if (folded !== "") {
        if (endsSentence && word === "") sentence++;
        endsSentence = false;
        if (kind === ALONE) {
          flush();
          push(folded, at, at + width);
        } else {
          if (word === "") start = at;
          if (word.length < MAX_WORD) {
            word += folded;
            mixed ||= code < 0x80;
            lower += code < 0x80 ? folded : foldText(String.fromCodePoint(code).toLowerCase());
          }
          end = at + width;
        }
      }
    } else if (kind === APOSTROPHE && word.length > 2) {
      // `don't`, `user's`; not the article of `l'utilisateur`.
    } else if (kind !== INVISIBLE) {
      flush();
      if (kind === STOP && isEnd(text, at + width)) endsSentence = true;
      else if (code === 0x0a && isParagraph(text, at + 1)) endsSentence = true;
    }
    at += width;
  }
  flush();
  return { words, starts, ends, sentences };
}

const isAscii = (word: string): boolean => /^[\0-\x7f]*$/.test(word);

const OTHER = 0;
const LETTER = 1;
const ALONE = 2;
const APOSTROPHE = 3;
const STOP = 4;
const INVISIBLE = 5;

const kinds = new Uint8Array(0x10000).fill(255);

function kindOf(code: number): number {
  const known = code < 0x10000 ? (kinds[code] ?? 255) : 255;
  if (known !== 255) return known;
  const kind = classify(String.fromCodePoint(code), code);
  if (code < 0x10000) kinds[code] = kind;
  return kind;
}

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
