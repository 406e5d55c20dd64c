import type { Random } from "./random.ts";

/** Bytes: no input becomes longer, so that time goes into many small ones. */
const MAX_INPUT_BYTES = 96 * 1024;

/** What inputs are made from. */
export interface Corpus {
  /** Right, or nearly so. */
  readonly good: readonly Uint8Array[];
  /** Wrong in one point each. */
  readonly bad: readonly Uint8Array[];
}

type Mutator = (bytes: Uint8Array, random: Random, corpus: Corpus) => Uint8Array;

/** Where parsers turn: ends of types, signs, lengths that overflow. */
const INTEGERS: readonly [number, ...number[]] = [
  0, 1, 2, 3, 4, 7, 8, 0x0f, 0x10, 0x1f, 0x3f, 0x40, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff,
  0x80000000, 0xfffffffe, 0xffffffff,
];

/** Texts that readers see differently: marks, half characters, overlong forms, what folds, what hides. */
const TEXTS: readonly [string, ...string[]] = [
  "\u0000",
  "\ufeff",
  "\u202e",
  "\u200b",
  "\u2028",
  "\u0085",
  "\u001b[2J",
  "\u007f",
  "é",
  "e\u0301",
  "İ",
  "ı",
  "ß",
  "ς",
  "😀",
  "\ud7ff",
  "\ufffd",
  "__proto__",
  "constructor",
  "toString",
  "../",
  "\\",
  "/",
  "//",
  ".",
  "..",
  "con",
  "a:b",
  " ",
  "\r\n",
  "\r",
  "\n",
  "\t",
  '"',
  "'",
  "\\u0000",
  "\\ud800",
  "1e400",
  "-0",
  "18446744073709551616",
  "9223372036854775808",
];

/** Bytes that are not UTF-8. */
const RAW: readonly [readonly number[], ...(readonly number[])[]] = [
  [0xff],
  [0xc0, 0x80],
  [0xed, 0xa0, 0x80],
  [0xf4, 0x90, 0x80, 0x80],
  [0xe2, 0x28, 0xa1],
  [0x80],
  [0xef, 0xbb, 0xbf],
  [0xf0, 0x9f],
];

const encoder = new TextEncoder();

const MUTATORS: readonly [Mutator, ...Mutator[]] = [
  // A bit, a byte, a few bytes.
  (bytes, random) => changed(bytes, random, (byte) => byte ^ (1 << random.below(8))),
  (bytes, random) => changed(bytes, random, (byte) => byte ^ (1 << random.below(8))),
  (bytes, random) => changed(bytes, random, () => random.below(256)),
  (bytes, random) => changed(bytes, random, (byte) => byte + (random.oneIn(2) ? 1 : -1)),
  (bytes, random) => overwrite(bytes, random.below(bytes.length), random.bytes(1 + random.below(8))),
  // An integer of interest, as a byte, little-endian or as a LEB128.
  (bytes, random) => overwrite(bytes, random.below(bytes.length), integer(random)),
  (bytes, random) => insert(bytes, random.below(bytes.length + 1), integer(random)),
  // Text, or what only looks like it.
  (bytes, random) => insert(bytes, random.below(bytes.length + 1), encoder.encode(random.pick(TEXTS))),
  (bytes, random) => insert(bytes, random.below(bytes.length + 1), Uint8Array.from(random.pick(RAW))),
  // Less.
  (bytes, random) => bytes.subarray(0, random.below(bytes.length + 1)),
  (bytes, random) => {
    const at = random.below(bytes.length);
    return joined(bytes.subarray(0, at), bytes.subarray(at + 1 + random.size(16)));
  },
  // The same again, or elsewhere.
  (bytes, random) => insert(bytes, random.below(bytes.length + 1), piece(bytes, random, 64)),
  (bytes, random) => overwrite(bytes, random.below(bytes.length), piece(bytes, random, 64)),
  (bytes, random) => {
    const part = piece(bytes, random, 4);
    return insert(bytes, random.below(bytes.length + 1), joined(...Array.from({ length: 1 + random.size(200) }, () => part)));
  },
  // A piece of another.
  (bytes, random, corpus) => insert(bytes, random.below(bytes.length + 1), piece(seed(random, corpus), random, 256)),
  (bytes, random, corpus) => overwrite(bytes, random.below(bytes.length), piece(seed(random, corpus), random, 256)),
  (bytes, random, corpus) => {
    const other = seed(random, corpus);
    return joined(bytes.subarray(0, random.below(bytes.length + 1)), other.subarray(random.below(other.length + 1)));
  },
];

/** One to a few changes of the bytes, mostly one. */
export function mutate(bytes: Uint8Array, random: Random, corpus: Corpus): Uint8Array {
  let result = bytes;
  for (let times = 1 + random.size(5); times > 0; times--) result = random.pick(MUTATORS)(result, random, corpus);
  return bounded(result);
}

/** A file of the corpus: in two of three cases a good one, since behind the first fault nothing is reached. */
export const seed = (random: Random, { good, bad }: Corpus): Uint8Array =>
  random.pickAny(bad.length > 0 && random.oneIn(3) ? bad : good) ?? new Uint8Array();

/** A copy that nobody else holds, not too long. */
export const bounded = (bytes: Uint8Array): Uint8Array => Uint8Array.from(bytes.subarray(0, MAX_INPUT_BYTES));

export const joined = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

function insert(bytes: Uint8Array, at: number, part: Uint8Array): Uint8Array {
  return joined(bytes.subarray(0, at), part, bytes.subarray(at));
}

export function overwrite(bytes: Uint8Array, at: number, part: Uint8Array): Uint8Array {
  return joined(bytes.subarray(0, at), part, bytes.subarray(at + part.length));
}

/** An unsigned LEB128, with `padding` bytes more than it needs. */
export function leb(value: number, padding = 0): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  do {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  } while (rest > 0);
  for (let index = 0; index < padding; index++) bytes.push(0x80);
  bytes.push((bytes.pop() ?? 0) & 0x7f);
  return Uint8Array.from(bytes);
}

/** An integer of interest, now and then off by one. */
export const interesting = (random: Random): number => (random.pick(INTEGERS) + (random.oneIn(8) ? 1 : 0)) % 2 ** 32;

function integer(random: Random): Uint8Array {
  const value = interesting(random);
  const width = random.pick([1, 2, 4, 8, 0]);
  if (width === 0) return leb(value, random.oneIn(4) ? random.below(5) : 0);
  return Uint8Array.from({ length: width }, (_, index) => (index < 4 ? value >>> (8 * index) : 0));
}

function changed(bytes: Uint8Array, random: Random, change: (byte: number) => number): Uint8Array {
  const at = random.below(bytes.length);
  return overwrite(bytes, at, Uint8Array.of(change(bytes[at] ?? 0)));
}

function piece(bytes: Uint8Array, random: Random, most: number): Uint8Array {
  const at = random.below(bytes.length);
  return bytes.subarray(at, at + 1 + random.size(most));
}
