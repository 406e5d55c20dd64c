import { codeAt, isAsciiWord, Matches, type TextKind, type TextMatch } from "../match.ts";
import { codeTable } from "../unicode/code-table.ts";
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
  const written = writtenIn(text);
  for (let start = 0; start < text.length; ) {
    let end = start;
    let suspect = false;
    while (end < text.length) {
      const code = codeAt(text, end);
      if (isInWord(code) === 0) break;
      suspect ||= code > 0x7f && lookalikeOf(code) !== undefined;
      end += code > 0xffff ? 2 : 1;
    }
    if (suspect) {
      const word = read(text, start, end);
      const judged = judge(word, written, kind);
      if (judged !== undefined && found.hasRoom(judged.code, judged.status))
        found.add(judged.code, judged.status, start, end, looksLike(text.slice(start, end)));
    }
    // What stands behind a word is in none.
    start = end < text.length ? end + (codeAt(text, end) > 0xffff ? 2 : 1) : end;
  }
  return found.all;
}

/** Scripts of letters that look like none of ours. */
function writtenIn(text: string): ReadonlySet<Script> {
  const written = new Set<Script>();
  let last: Script | undefined;
  for (let at = 0; at < text.length; at++) {
    if (text.charCodeAt(at) < 0x80) continue;
    const code = codeAt(text, at);
    if (code > 0xffff) at++;
    if (isDistinct(code) === 0) continue;
    const script = scriptOf(code);
    if (script !== last) written.add(script);
    last = script;
  }
  return written;
}

const isDistinct = codeTable((code) => (lookalikeOf(code) === undefined && /\p{L}/u.test(String.fromCodePoint(code)) ? 1 : 0));

/** A word with characters in it that look like ASCII. */
interface Word {
  readonly ascii: number;
  readonly firstAscii: number;
  readonly lastAscii: number;
  readonly alike: readonly Alike[];
  /** Whether it has letters that look like none. */
  readonly distinct: boolean;
  /** Characters that are seen. */
  readonly length: number;
}

interface Alike {
  readonly code: number;
  readonly script: Script;
  readonly likeness: Lookalike;
  readonly at: number;
}

/**
 * Letters, digits, and the signs outside ASCII that pass for one of them. What this engine's Unicode has not assigned yet may be any of
 * them: the verdict is not to depend on the engine.
 */
const WORD = /^(?:[\p{L}\p{M}\p{N}\p{Pc}\p{Cf}\p{Cn}]|(?![\0-\x7f])[\p{S}\u05c0\u05c3\u166e\u2016])$/u;
const isInWord = codeTable((code) => (WORD.test(String.fromCodePoint(code)) ? 1 : 0));

function read(text: string, start: number, end: number): Word {
  let [ascii, lastAscii, firstAscii, length] = [0, -1, Number.POSITIVE_INFINITY, 0];
  let distinct = false;
  const alike: Alike[] = [];
  for (let index = start; index < end; ) {
    const code = codeAt(text, index);
    const at = index - start;
    const likeness = code < 0x80 ? undefined : lookalikeOf(code);
    if (isAsciiWord(code)) {
      ascii++;
      lastAscii = at;
      firstAscii = Math.min(firstAscii, at);
    } else if (likeness !== undefined) alike.push({ code, script: scriptOf(code), likeness, at });
    else if (code > 0x7f && isDistinct(code) === 1) distinct = true;
    const width = code > 0xffff ? 2 : 1;
    length += likeness?.ascii.length ?? width;
    index += width;
  }
  return { ascii, firstAscii, lastAscii, alike, distinct, length };
}

function looksLike(word: string): string {
  let text = "";
  for (const character of word) text += lookalikeOf(character.codePointAt(0) ?? 0)?.ascii ?? character;
  return text;
}

interface Judgement {
  readonly code: string;
  readonly status: "fail" | "warn";
}

function judge(word: Word, written: ReadonlySet<Script>, kind: TextKind): Judgement | undefined {
  const { alike, ascii } = word;
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
  if (word.distinct || [...scripts].some((script) => written.has(script))) return undefined;
  if (kind === "name") return { code: "lookalike_word", status: likeLatin && alike.length > 2 ? "fail" : "warn" };
  return likeLatin && alike.length > 2 ? { code: "lookalike_word", status: alike.length > 3 ? "fail" : "warn" } : undefined;
}

/** `αSMA`, `IFNγ`: one Greek letter at either end of a word. */
const isFormula = ({ alike, firstAscii, lastAscii }: Word, scripts: ReadonlySet<Script>): boolean =>
  scripts.size === 1 && scripts.has("Greek") && alike.length === 1 && alike.every(({ at }) => at < firstAscii || at > lastAscii);

/** Letters of mathematics, full width and the like: styled, or out of sight of whoever searches for the word. */
function judgeStyled({ alike, ascii, distinct, length }: Word, kind: TextKind): Judgement | undefined {
  const letters = alike.filter(({ likeness }) => /[A-Za-z]/.test(likeness.ascii));
  if (letters.length === 0) return kind === "name" ? { code: "styled_letters", status: "warn" } : undefined;
  if (kind === "name") return { code: "styled_letters", status: "warn" };
  const unusual = letters.filter(({ code, likeness }) => !likeness.allowed && !isFullWidth(code) && !isOrdinaryMark(code));
  const spells = length > 3 && ascii + letters.length > 3 && !distinct;
  return spells && unusual.length > 1 ? { code: "styled_letters", status: "warn" } : undefined;
}

/** East Asian texts write Latin letters as wide as their own. */
const isFullWidth = (code: number): boolean => code >= 0xff10 && code <= 0xff5a;
/** Roman numerals, units, letters in circles and brackets. */
const isOrdinaryMark = (code: number): boolean =>
  (code >= 0x2100 && code <= 0x218b) || (code >= 0x2460 && code <= 0x24ff) || (code >= 0x3200 && code <= 0x33ff);
