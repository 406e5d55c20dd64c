import { isAsciiWord, Matches, type TextKind, type TextMatch } from "../match.ts";
import { type Lookalike, lookalikeOf } from "../unicode/lookalikes.ts";
import { type Script, scriptOf } from "../unicode/scripts.ts";

/** Scripts with whole alphabets that pass for Latin. */
const LIKE_LATIN: ReadonlySet<Script> = new Set("Cyrillic Greek Armenian Cherokee Coptic Lisu Deseret Georgian".split(" "));
/** Written among Latin letters, in one word even (UTS 39, highly restrictive). */
const BESIDE_LATIN: ReadonlySet<Script> = new Set("Han Hiragana Katakana Hangul Bopomofo".split(" "));

/**
 * Words that are not what they look like (UTS 39): Latin letters mixed with letters of other scripts that look the same, and
 * words made of nothing else. A text that is written in such a script, with letters that look like none of ours, is plain.
 */
export function lookalikeMatches(text: string, kind: TextKind): readonly TextMatch[] {
  const found = new Matches();
  const words = suspectWords(text);
  const written = new Set(words.flatMap(({ distinct }) => [...distinct]));
  for (const word of words) {
    const judged = judge(word, written, kind);
    if (judged !== undefined) found.add(judged.code, judged.status, word.start, word.end, word.looksLike.join(""));
  }
  return found.all;
}

interface Word {
  readonly start: number;
  end: number;
  ascii: number;
  /** Letters that look like ASCII. */
  readonly alike: { readonly code: number; readonly script: Script; readonly likeness: Lookalike; readonly at: number }[];
  /** Scripts of letters that look like none. */
  readonly distinct: Set<Script>;
  readonly looksLike: string[];
  /** Where its last ASCII letter is. */
  lastAscii: number;
  firstAscii: number;
}

/** Words with a character outside ASCII in them. */
function suspectWords(text: string): readonly Word[] {
  const words: Word[] = [];
  for (const hit of text.matchAll(WORD)) {
    if (!NOT_ASCII.test(hit[0])) continue;
    words.push(read(hit[0], hit.index));
  }
  return words;
}

/**
 * Letters, digits, and the signs outside ASCII that pass for one of them. What this engine's Unicode has not assigned yet may be any of
 * them: the verdict is not to depend on the engine.
 */
const WORD = /(?:[\p{L}\p{M}\p{N}\p{Pc}\p{Cf}\p{Cn}]|(?![\0-\x7f])[\p{S}\u05c0\u05c3\u166e\u2016])+/gu;
const NOT_ASCII = /[^\0-\x7f]/;

function read(characters: string, start: number): Word {
  const word: Word = {
    start,
    end: start + characters.length,
    ascii: 0,
    alike: [],
    distinct: new Set(),
    looksLike: [],
    lastAscii: -1,
    firstAscii: Number.POSITIVE_INFINITY,
  };
  let at = 0;
  for (const character of characters) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x80) {
      if (isAsciiWord(code)) {
        word.ascii++;
        word.lastAscii = at;
        word.firstAscii = Math.min(word.firstAscii, at);
      }
      word.looksLike.push(character);
    } else {
      const likeness = lookalikeOf(code);
      const script = scriptOf(code);
      if (likeness !== undefined) word.alike.push({ code, script, likeness, at });
      else if (/\p{L}/u.test(character)) word.distinct.add(script);
      word.looksLike.push(likeness?.ascii ?? character);
    }
    at += character.length;
  }
  return word;
}

interface Judgement {
  readonly code: string;
  readonly status: "fail" | "warn";
}

function judge(word: Word, written: ReadonlySet<Script>, kind: TextKind): Judgement | undefined {
  const { alike, ascii } = word;
  if (alike.length === 0) return undefined;
  const foreign = alike.filter(({ script }) => script !== "Latin" && script !== "Common" && script !== "Inherited");
  const scripts = new Set(foreign.map(({ script }) => script));
  if (foreign.length === 0) return judgeStyled(word, kind);
  const likeLatin = [...scripts].some((script) => LIKE_LATIN.has(script) && !written.has(script));
  if (ascii > 0) {
    if (kind === "name") return { code: "mixed_script_word", status: likeLatin ? "fail" : "warn" };
    if ([...scripts].every((script) => BESIDE_LATIN.has(script)) || isFormula(word, scripts)) return undefined;
    // A word of one script with an ending of another (`URLами`) is how people write; letters of two among each other are not.
    return { code: "mixed_script_word", status: likeLatin && foreign.some(({ at }) => at < word.lastAscii) ? "fail" : "warn" };
  }
  if (word.distinct.size > 0 || [...scripts].some((script) => written.has(script))) return undefined;
  if (kind === "name") return { code: "lookalike_word", status: likeLatin && alike.length > 2 ? "fail" : "warn" };
  return likeLatin && alike.length > 2 ? { code: "lookalike_word", status: alike.length > 3 ? "fail" : "warn" } : undefined;
}

/** `αSMA`, `IFNγ`: one Greek letter at either end of a word. */
const isFormula = ({ alike, firstAscii, lastAscii }: Word, scripts: ReadonlySet<Script>): boolean =>
  scripts.size === 1 && scripts.has("Greek") && alike.length === 1 && alike.every(({ at }) => at < firstAscii || at > lastAscii);

/** Letters of mathematics, full width and the like: styled, or out of sight of whoever searches for the word. */
function judgeStyled({ alike, ascii, distinct, looksLike }: Word, kind: TextKind): Judgement | undefined {
  const letters = alike.filter(({ likeness }) => /[A-Za-z]/.test(likeness.ascii));
  if (letters.length === 0) return kind === "name" ? { code: "styled_letters", status: "warn" } : undefined;
  if (kind === "name") return { code: "styled_letters", status: "warn" };
  const unusual = letters.filter(({ code, likeness }) => !likeness.allowed && !isFullWidth(code) && !isOrdinaryMark(code));
  const spells = looksLike.join("").length > 3 && ascii + letters.length > 3 && distinct.size === 0;
  return spells && unusual.length > 1 ? { code: "styled_letters", status: "warn" } : undefined;
}

/** East Asian texts write Latin letters as wide as their own. */
const isFullWidth = (code: number): boolean => code >= 0xff10 && code <= 0xff5a;
/** Roman numerals, units, letters in circles and brackets. */
const isOrdinaryMark = (code: number): boolean =>
  (code >= 0x2100 && code <= 0x218b) || (code >= 0x2460 && code <= 0x24ff) || (code >= 0x3200 && code <= 0x33ff);
