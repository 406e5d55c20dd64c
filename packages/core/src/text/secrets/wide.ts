/** Places that are looked at: a text of this many characters is seen wherever it begins. */
const STRIDE = 16;
const MIN_CHARACTERS = 16;
/** Characters of one text that are narrowed at once. */
const MAX_CHARACTERS = 65_536;
/** Characters of a longer one that are narrowed again with what follows them: no key is longer than that. */
const OVERLAP = 16_384;

export interface WideText {
  /** Its low bytes. */
  readonly text: Uint8Array;
  readonly from: number;
}

const isCharacter = (byte: number | undefined): boolean =>
  byte !== undefined && ((byte >= 0x20 && byte < 0x7f) || (byte >= 0x09 && byte <= 0x0d));

/**
 * Texts of two bytes a character, the low one first, as AssemblyScript, C# and Java's successors keep them: runs of printable ASCII with zeros between.
 * One look for every sixteen bytes, and each run once; one that is long in pieces that overlap, so that what lies across their ends is whole in one.
 */
export function wideTexts(bytes: Uint8Array, from: number, to: number, found: (text: WideText) => void): void {
  let done = from;
  for (let probe = from; probe + 4 < to; probe += STRIDE) {
    // A zero every second byte, at this place or the next: what almost nothing else has.
    const odd = bytes[probe + 1] === 0 && bytes[probe + 3] === 0;
    if (!odd && !(bytes[probe + 2] === 0 && bytes[probe + 4] === 0)) continue;
    const at = odd ? probe : probe + 1;
    if (at < done || !isPair(bytes, at, to) || !isPair(bytes, at + 2, to)) continue;
    let start = at;
    while (start - 2 >= done && isPair(bytes, start - 2, to)) start -= 2;
    let end = at;
    while (end - start < 2 * MAX_CHARACTERS && isPair(bytes, end, to)) end += 2;
    done = end - start < 2 * MAX_CHARACTERS ? end : end - 2 * OVERLAP;
    if (end - start >= 2 * MIN_CHARACTERS) found({ text: narrowed(bytes, start, end), from: start });
  }
}

const isPair = (bytes: Uint8Array, at: number, to: number): boolean =>
  at + 1 < to && bytes[at + 1] === 0 && isCharacter(bytes[at]);

function narrowed(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const text = new Uint8Array((end - start) / 2);
  for (let index = 0; index < text.length; index++) text[index] = bytes[start + 2 * index] ?? 0;
  return text;
}
