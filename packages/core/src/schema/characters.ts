import type { AST } from "@eslint-community/regexpp";

/** Ranges of code points, ascending, both ends belonging to them. */
export type CharacterSet = readonly (readonly [number, number])[];

const LAST = 0x10ffff;
const ALL: CharacterSet = [[0, LAST]];
const DIGITS: CharacterSet = [[0x30, 0x39]];
const WORDS: CharacterSet = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
];
const SPACES: CharacterSet = [
  [9, 13],
  [0x20, 0x20],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
];
const LINE_ENDS: CharacterSet = [
  [10, 10],
  [13, 13],
  [0x2028, 0x2029],
];
/** What a property of Unicode may be true of: letters of ASCII by its name, and whatever is beyond. */
const BEYOND: CharacterSet = [[0x80, LAST]];
const LETTERS: CharacterSet = [
  [0x41, 0x5a],
  [0x61, 0x7a],
];

/** The characters that an element takes; of a property more than it says, so that nothing is missed. */
export function setOf(node: AST.Character | AST.CharacterSet | AST.CharacterClass | AST.CharacterClassElement): CharacterSet {
  switch (node.type) {
    case "Character":
      return [[node.value, node.value]];
    case "CharacterClassRange":
      return [[node.min.value, node.max.value]];
    case "CharacterSet":
      return escapeSet(node);
    case "CharacterClass": {
      const members = normal(node.elements.flatMap((each) => setOf(each)));
      return node.negate ? complement(members) : members;
    }
    default:
      return ALL;
  }
}

function escapeSet(node: AST.CharacterSet): CharacterSet {
  switch (node.kind) {
    case "any":
      return complement(LINE_ENDS);
    case "digit":
      return node.negate ? complement(DIGITS) : DIGITS;
    case "word":
      return node.negate ? complement(WORDS) : WORDS;
    case "space":
      return node.negate ? complement(SPACES) : SPACES;
    case "property": {
      if (node.negate) return ALL;
      const name = node.value ?? node.key;
      if (/^(?:L|Lu|Ll|Letter|Uppercase_Letter|Lowercase_Letter|Latin|Latn|Alphabetic|Alpha)$/.test(name))
        return [...LETTERS, ...BEYOND];
      if (/^(?:N|Nd|Number|Decimal_Number|Digit)$/.test(name)) return [...DIGITS, ...BEYOND];
      if (/^(?:M|Mn|Mc|Me|Mark|Lo|Lm|Lt|Han|Hiragana|Katakana|Cyrillic|Greek|Arabic|Hebrew)$/.test(name)) return BEYOND;
      return ALL;
    }
  }
}

function normal(ranges: CharacterSet): CharacterSet {
  const sorted = ranges.toSorted(([a], [b]) => a - b);
  const merged: [number, number][] = [];
  for (const [first, last] of sorted) {
    const before = merged.at(-1);
    if (before !== undefined && first <= before[1] + 1) before[1] = Math.max(before[1], last);
    else merged.push([first, last]);
  }
  return merged;
}

function complement(set: CharacterSet): CharacterSet {
  const gaps: [number, number][] = [];
  let next = 0;
  for (const [first, last] of normal(set)) {
    if (first > next) gaps.push([next, first - 1]);
    next = last + 1;
  }
  if (next <= LAST) gaps.push([next, LAST]);
  return gaps;
}

/** Has a character in both? */
export function overlap(a: CharacterSet, b: CharacterSet): boolean {
  let left = 0;
  let right = 0;
  while (left < a.length && right < b.length) {
    const [firstA = 0, lastA = 0] = a[left] ?? [];
    const [firstB = 0, lastB = 0] = b[right] ?? [];
    if (firstA <= lastB && firstB <= lastA) return true;
    if (lastA < lastB) left++;
    else right++;
  }
  return false;
}
