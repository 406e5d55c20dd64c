import { codeTable } from "./code-table.ts";
import { lookalikeOf } from "./lookalikes.ts";

/** Of those characters that fold to something else. */
const folded = new Map<number, string>();
/** All that there are, and some more. */
const MAX_KEPT = 16_384;

/**
 * A character as patterns are written: NFKC, in lower case, without accents, as the ASCII that it looks like (UTS 39), tag
 * characters as what they spell, nothing for a mark or what is not seen. The same for each character alone, so that places
 * are kept.
 */
export function foldCharacter(code: number): string {
  if (code < 0x80) return String.fromCharCode(code >= 0x41 && code <= 0x5a ? code + 0x20 : code);
  if (staysItself(code) === 1) return String.fromCodePoint(code);
  const kept = folded.get(code);
  if (kept !== undefined) return kept;
  const made = fold(code);
  if (folded.size < MAX_KEPT) folded.set(code, made);
  return made;
}

const staysItself = codeTable((code) => (fold(code) === String.fromCodePoint(code) ? 1 : 0));

function fold(code: number): string {
  if (code > 0xe0020 && code < 0xe007f) return foldCharacter(code - 0xe0000);
  const character = String.fromCodePoint(code);
  const plain = character.normalize("NFKC").normalize("NFD").replace(INVISIBLE, "").normalize("NFC");
  if (isAscii(plain)) return plain.toLowerCase();
  const likeness = lookalikeOf(code);
  if (likeness === undefined) return plain.toLowerCase();
  const { ascii } = likeness;
  // UTS 39 takes I, l and 1 for one, and m for rn; words are compared here, so a capital is read as the letter that it was.
  if (ascii === "l" && character.toLowerCase() !== character) return "i";
  return ascii === "rn" ? "m" : ascii.toLowerCase();
}

const INVISIBLE = /[\p{M}\p{Cf}\p{Variation_Selector}\u115f\u1160\u3164\uffa0]/gu;
const isAscii = (text: string): boolean => /^[\0-\x7f]*$/.test(text);

/** A whole text, for patterns. */
export function foldText(text: string): string {
  let result = "";
  for (const character of text) result += foldCharacter(character.codePointAt(0) ?? 0);
  return result;
}
