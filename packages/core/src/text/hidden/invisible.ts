import { codeAt, codeBefore, eachHit, isAsciiWord, Matches, type TextKind, type TextMatch } from "../match.ts";
import { isJoining, isSpaceless, scriptOf } from "../unicode/scripts.ts";
import { isPictograph, type Run } from "./run.ts";
import { isSelector, selectorMatches } from "./selectors.ts";
import { isTag, tagMatches } from "./tags.ts";

/**
 * Characters that nobody sees: Unicode's default ignorables and blank letters, but for the bidirectional controls. A run of
 * them is judged as one.
 */
const INVISIBLE = new RegExp(
  `(?:${[
    String.raw`[\u00ad\u115f\u1160\u200b-\u200d\u2060-\u2065\u206a-\u206f\u2800\u3164\ufeff\uffa0\ufff0-\ufffb]`,
    String.raw`[\u180b-\u180f]|[\ufe00-\ufe0f]|\u034f|\u17b4|\u17b5`,
    String.raw`[\u{1bca0}-\u{1bca3}]|[\u{1d173}-\u{1d17a}]|[\u{e0000}-\u{e0fff}]`,
  ].join("|")})+`,
  "gu",
);

/** Invisible characters in a row that spell something, whatever each of them may be for. */
const LONG_RUN = 4;
/** Single ones in a text, of several kinds, that are a message of their own. */
const MANY = 16;

export function invisibleMatches(text: string, kind: TextKind): readonly TextMatch[] {
  const found = new Matches();
  const runs: Run[] = [];
  eachHit(INVISIBLE, text, (hit) => runs.push(runAt(text, hit.index, hit[0])));
  for (const run of runs) tagMatches(run, found);
  selectorMatches(runs, found);
  const odd = runs.filter((run) => run.codes.some(isPlainInvisible) && !isOrdinary(run, kind));
  const spelling = odd.length >= MANY && hasSeveral(odd);
  for (const { codes, start, end, before, after } of odd) {
    const inWord = isAsciiWord(before) && isAsciiWord(after);
    const soft = codes.every((code) => code === SOFT_HYPHEN);
    if (spelling || codes.length >= LONG_RUN) found.add("invisible_run", "fail", start, end);
    else if (kind === "name") found.add("invisible_character", "fail", start, end);
    else if (inWord && !soft) found.add("invisible_in_word", "fail", start, end);
    else found.add("invisible_character", "warn", start, end);
  }
  return found.all;
}

/** Not one and the same character all the time. */
function hasSeveral(runs: readonly Run[]): boolean {
  const first = runs[0]?.codes[0];
  return runs.some(({ codes }) => codes.some((code) => code !== first));
}

function runAt(text: string, start: number, run: string): Run {
  const end = start + run.length;
  const codes: number[] = [];
  let [selectors, tags] = [0, 0];
  for (let at = 0; at < run.length; at++) {
    const code = codeAt(run, at);
    if (code > 0xffff) at++;
    codes.push(code);
    if (isSelector(code)) selectors++;
    else if (isTag(code)) tags++;
  }
  return { codes, start, end, before: codeBefore(text, start), after: codeAt(text, end), selectors, tags };
}

/** Neither a tag nor a variation selector: those are judged on their own. */
const isPlainInvisible = (code: number): boolean => !isSelector(code) && (code < 0xe0000 || code > 0xe0fff);

const SOFT_HYPHEN = 0xad;
const BYTE_ORDER_MARK = 0xfeff;
const NON_JOINER = 0x200c;
const JOINER = 0x200d;

/** How people write: emoji, letters that join, lines that may break. */
function isOrdinary({ codes, start, before, after }: Run, kind: TextKind): boolean {
  const [code = 0, second] = codes;
  if (code === 0xfe0f && second === JOINER && codes.length === 2) return isPictograph(before) && isPictograph(after);
  if (codes.length > 2 || (codes.length === 2 && code !== second)) return false;
  switch (code) {
    case JOINER:
      return (codes.length === 1 && isPictograph(before) && isPictograph(after)) || isJoining(before) || isJoining(after);
    case NON_JOINER:
      return isJoining(before) || isJoining(after);
    case 0x200b:
      return isSpaceless(before) && (isSpaceless(after) || after < 0x80);
    case 0x2060:
      return isSpaceless(before) || isSpaceless(after);
    case BYTE_ORDER_MARK:
      return start === 0 && kind === "asset";
    case SOFT_HYPHEN:
      return kind === "asset" && isLetter(before) && isLetter(after);
    case 0x034f:
      return before > 0x2ff;
    case 0x115f:
    case 0x1160:
      return scriptOf(before) === "Hangul" || scriptOf(after) === "Hangul";
    case 0x17b4:
    case 0x17b5:
      return scriptOf(before) === "Khmer";
    case 0x2800:
      return scriptOf(before) === "Braille" || scriptOf(after) === "Braille";
    default:
      return code >= 0x180b && code <= 0x180f && scriptOf(before) === "Mongolian";
  }
}

const isLetter = (code: number): boolean => isAsciiWord(code) || code > 0xbf;
