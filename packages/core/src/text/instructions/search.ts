import { MAX_SPAN } from "./pattern.ts";
import type { Tokens } from "./tokens.ts";
import type { SearchedPattern, SearchedStep, Vocabulary, WordEntry } from "./vocabulary.ts";

/** Words that are searched at a time. */
const PART = 1024;
/** Numbers of 32 bits that a track has: a part, as much as a match that begins in it may take, and one to read beyond. */
const STRIDE = Math.ceil((PART + MAX_SPAN + 1) / 32) + 1;

/** Words `from` to before `to` are a match. */
export type Found = (pattern: SearchedPattern, from: number, to: number) => void;

/**
 * Finds where patterns match, all at once: what a word is to any of them is looked up once and noted as a bit in the tracks of its
 * steps; then a match is a shift and a mask a step, over the words that it may reach.
 */
export class Search {
  readonly #vocabulary: Vocabulary;
  readonly #bits: Int32Array;
  /** A bit where a sentence begins. */
  readonly #starts = new Int32Array(STRIDE);
  readonly #marked: number[] = [];
  readonly #isMarked: Uint8Array;

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
    this.#bits = new Int32Array(vocabulary.tracks * STRIDE);
    this.#isMarked = new Uint8Array(vocabulary.tracks);
  }

  /** In the order of the text. */
  search(tokens: Tokens, found: Found): void {
    for (let base = 0; base < tokens.words.length; base += PART) {
      const entries = this.#mark(tokens, base);
      const end = Math.min(PART, entries.length);
      for (let at = 0; at < end; at++) {
        const begins = entries[at]?.begins;
        if (begins === undefined || begins.length === 0) continue;
        const sentence = this.#sentenceFrom(at);
        for (const pattern of begins) {
          const length = this.#lengthAt(pattern.steps, at, sentence);
          if (length > 0) found(pattern, base + at, base + at + length);
        }
      }
    }
  }

  #mark({ words, sentences }: Tokens, base: number): readonly (WordEntry | undefined)[] {
    for (const track of this.#marked) {
      this.#bits.fill(0, track * STRIDE, (track + 1) * STRIDE);
      this.#isMarked[track] = 0;
    }
    this.#marked.length = 0;
    this.#starts.fill(0);
    const entries: (WordEntry | undefined)[] = [];
    const end = Math.min(words.length, base + PART + MAX_SPAN);
    for (let index = base; index < end; index++) {
      const at = index - base;
      if (at > 0 && sentences[index] !== sentences[index - 1]) setBit(this.#starts, 0, at);
      const entry = this.#vocabulary.entryOf(words[index] ?? "");
      entries.push(entry);
      if (entry === undefined) continue;
      for (const track of entry.tracks) this.#set(track, at);
      for (const row of entry.rows)
        if (standsAt(row.words, words, index) && sentences[index + row.words.length - 1] === sentences[index])
          for (const track of row.tracks) this.#set(track, at);
    }
    return entries;
  }

  #set(track: number, at: number): void {
    if (this.#isMarked[track] === 0) {
      this.#isMarked[track] = 1;
      this.#marked.push(track);
    }
    setBit(this.#bits, track, at);
  }

  /** Bits of the words of the sentence, from this one on. */
  #sentenceFrom(at: number): number {
    const later = bitsFrom(this.#starts, 0, at) & ~1;
    return later === 0 ? -1 : (later & -later) - 1;
  }

  /** Words of the shortest match that begins here; 0 for none. */
  #lengthAt(steps: readonly SearchedStep[], at: number, sentence: number): number {
    // Bit n: all steps until here match within n words.
    let reached = 1;
    for (const { gap, optional, barred, endings } of steps) {
      if (barred) {
        for (const { track } of endings) reached &= ~(bitsFrom(this.#bits, track, at) & sentence);
        if (reached === 0) return 0;
        continue;
      }
      const begins = spread(reached, gap) & sentence;
      let next = optional ? reached : 0;
      for (const { track, length } of endings) next |= (begins & bitsFrom(this.#bits, track, at)) << length;
      if (next === 0) return 0;
      reached = next;
    }
    return 31 - Math.clz32(reached & -reached);
  }
}

function setBit(bits: Int32Array, track: number, at: number): void {
  const index = track * STRIDE + (at >>> 5);
  bits[index] = (bits[index] ?? 0) | (1 << (at & 31));
}

/** 32 bits of a track. */
function bitsFrom(bits: Int32Array, track: number, at: number): number {
  const index = track * STRIDE + (at >>> 5);
  const shift = at & 31;
  const low = bits[index] ?? 0;
  return shift === 0 ? low : (low >>> shift) | ((bits[index + 1] ?? 0) << (32 - shift));
}

/** Each bit, and the next ones up to `gap` further. */
function spread(bits: number, gap: number): number {
  let result = bits;
  let done = 0;
  while (done < gap) {
    const step = Math.min(done + 1, gap - done);
    result |= result << step;
    done += step;
  }
  return result;
}

function standsAt(row: readonly string[], words: readonly string[], index: number): boolean {
  for (let at = 1; at < row.length; at++) {
    const pattern = row[at] ?? "";
    const word = words[index + at] ?? "";
    if (pattern !== word && !(pattern.endsWith("*") && word.startsWith(pattern.slice(0, -1)))) return false;
  }
  return true;
}
