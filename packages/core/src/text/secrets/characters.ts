/** Classes of bytes, as bits: what tokens are written in. */
export const Class = {
  digit: 1,
  /** a-f and A-F apart from the other letters, for hex. */
  lowerHex: 2,
  lower: 4,
  upperHex: 8,
  upper: 16,
  dash: 32,
  underscore: 64,
  /** `+` and `/`. */
  base64: 128,
  dot: 256,
  tilde: 512,
  equals: 1024,
  space: 2048,
} as const;

const LETTERS = Class.lowerHex | Class.lower | Class.upperHex | Class.upper;
export const Chars = {
  digits: Class.digit,
  hex: Class.digit | Class.lowerHex,
  upperAndDigits: Class.digit | Class.upperHex | Class.upper,
  letters: LETTERS,
  alphanumeric: Class.digit | LETTERS,
  word: Class.digit | LETTERS | Class.underscore,
  base64: Class.digit | LETTERS | Class.base64,
  base64url: Class.digit | LETTERS | Class.dash | Class.underscore,
  space: Class.space,
  value: Class.digit | LETTERS | Class.dash | Class.underscore | Class.base64 | Class.tilde | Class.equals,
} as const;

const CLASSES = new Uint16Array(256);
const put = (characters: string, bit: number): void => {
  for (const character of characters) CLASSES[character.charCodeAt(0)] = bit;
};
put("0123456789", Class.digit);
put("abcdef", Class.lowerHex);
put("ghijklmnopqrstuvwxyz", Class.lower);
put("ABCDEF", Class.upperHex);
put("GHIJKLMNOPQRSTUVWXYZ", Class.upper);
put("-", Class.dash);
put("_", Class.underscore);
put("+/", Class.base64);
put(".", Class.dot);
put("~", Class.tilde);
put("=", Class.equals);
put(" ", Class.space);

export const isIn = (byte: number | undefined, set: number): boolean => byte !== undefined && ((CLASSES[byte] ?? 0) & set) !== 0;

/** A part of some bytes, and nothing around it. */
export class Extract {
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly to: number;

  constructor(bytes: Uint8Array, from: number, to: number) {
    this.bytes = bytes;
    this.from = from;
    this.to = to;
  }

  /** Undefined outside. */
  at(place: number): number | undefined {
    return place >= this.from && place < this.to ? this.bytes[place] : undefined;
  }

  /** The end of the characters of a set from there on, at most `most` of them. */
  run(start: number, set: number, most: number): number {
    const end = Math.min(this.to, start + most);
    let at = start;
    while (at < end && ((CLASSES[this.bytes[at] ?? 0] ?? 0) & set) !== 0) at += 1;
    return at;
  }

  /** Where the characters of a set before that place begin, at most `most` of them. */
  runBefore(end: number, set: number, most: number): number {
    const start = Math.max(this.from, end - most);
    let at = end;
    while (at > start && ((CLASSES[this.bytes[at - 1] ?? 0] ?? 0) & set) !== 0) at -= 1;
    return at;
  }

  has(place: number, text: string): boolean {
    if (place < this.from || place + text.length > this.to) return false;
    for (let index = 0; index < text.length; index++) if (this.bytes[place + index] !== text.charCodeAt(index)) return false;
    return true;
  }

  /** One character for each byte; only ever called on what is short. */
  text(start: number, end: number): string {
    return String.fromCharCode(...this.bytes.subarray(Math.max(start, this.from), Math.min(end, this.to)));
  }
}

/** Bits of a character on the average, by how often each occurs. */
export function entropyOf(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

/** Words that people put where a secret would stand. */
const PLACEHOLDER = /example|sample|placeholder|changeme|redacted|dummy|your|insert|xxxx|\*\*\*\*|0000000|1234567890|abcdefgh/i;

/** Whether it could have been drawn by chance: not a placeholder, not one character again and again, not the alphabet in its order. */
export function looksRandom(text: string): boolean {
  if (PLACEHOLDER.test(text)) return false;
  let steps = 0;
  for (let at = 1; at < text.length; at++) {
    const step = text.charCodeAt(at) - text.charCodeAt(at - 1);
    if (step === 0 || step === 1) steps += 1;
  }
  const distinct = new Set(text).size;
  return steps <= text.length / 3 && distinct >= Math.min(10, Math.ceil(text.length / 3));
}
