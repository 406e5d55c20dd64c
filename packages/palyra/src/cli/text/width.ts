/** Columns that a text takes on a terminal: none for combining marks, two for East Asian wide characters and emoji. */

const COMBINING = /\p{M}/u;

/** First and last code point of what most terminals draw two columns wide. */
const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f900, 0x1faff],
  [0x20000, 0x3fffd],
];

const PRINTABLE_ASCII = /^[ -~]*$/;

export function width(text: string): number {
  if (PRINTABLE_ASCII.test(text)) return text.length;
  let columns = 0;
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    if (point < 0x300) columns += 1;
    else if (!COMBINING.test(character)) columns += WIDE.some(([first, last]) => point >= first && point <= last) ? 2 : 1;
  }
  return columns;
}
