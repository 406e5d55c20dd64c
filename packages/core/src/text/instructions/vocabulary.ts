import type { Pattern } from "./english.ts";
import { compilePattern, IDENTIFIER, isIdentifier, MAX_SPAN, MIN_STEM, type Step, spanOf, type WordLists } from "./pattern.ts";

/** Where a step may end: a track has a bit for each word of a text at which an alternative of so many words begins. */
export interface Ending {
  readonly track: number;
  readonly length: number;
}

export interface SearchedStep {
  readonly gap: number;
  readonly optional: boolean;
  readonly barred: boolean;
  readonly endings: readonly Ending[];
}

export interface SearchedPattern extends Omit<Pattern, "words"> {
  readonly steps: readonly SearchedStep[];
}

/** What a word is to the patterns. */
export interface WordEntry {
  /** Tracks of the steps of which it is an alternative alone. */
  readonly tracks: number[];
  /** Alternatives of several words that it begins. */
  readonly rows: { readonly words: readonly string[]; readonly tracks: number[] }[];
  /** Patterns that may begin with it. */
  readonly begins: SearchedPattern[];
}

const emptyEntry = (): WordEntry => ({ tracks: [], rows: [], begins: [] });

/** Words that are not written in the patterns themselves, whose entries are kept: more than any text of one language has. */
const MAX_KEPT = 4096;

const LETTER_OF: { readonly [digit: string]: string } = { 0: "o", 1: "i", 3: "e", 4: "a", 5: "s", 7: "t" };
const DIGIT_FOR_LETTER = /[013457][a-z]/;
/** Letters of a word that may be in disguise. */
const MAX_DISGUISED = 20;

/** All words of all patterns, each with what it means to them. */
export class Vocabulary {
  readonly #words = new Map<string, WordEntry>();
  /** By their first letters. */
  readonly #stems = new Map<string, { readonly stem: string; readonly entry: WordEntry }[]>();
  readonly #identifier = emptyEntry();
  readonly #made = new Map<string, WordEntry>();
  readonly #endings = new Map<string, readonly Ending[]>();
  #tracks = 0;

  constructor(patterns: readonly Pattern[], lists: WordLists) {
    for (const { words, ...told } of patterns) {
      const steps = compilePattern(words, lists);
      if (spanOf(steps) > MAX_SPAN) throw new RangeError(`longer than ${MAX_SPAN} words: ${words}`);
      const searched = steps.map((step): SearchedStep => {
        const { gap, optional, barred } = step;
        return { gap, optional, barred, endings: this.#endingsOf(step) };
      });
      const pattern: SearchedPattern = { ...told, steps: searched };
      const [begin] = steps;
      if (begin !== undefined) for (const entry of this.#entriesOf(begin)) entry.begins.push(pattern);
    }
  }

  get tracks(): number {
    return this.#tracks;
  }

  /** Undefined for a word of no pattern. */
  entryOf(word: string): WordEntry | undefined {
    const exact = this.#words.get(word);
    const stems = word.length < MIN_STEM ? undefined : this.#stems.get(word.slice(0, MIN_STEM));
    const named = isIdentifier(word);
    if (stems === undefined && !named) return exact ?? this.#disguisedEntry(word);
    const kept = this.#made.get(word);
    if (kept !== undefined) return kept;
    const parts = [
      ...(exact === undefined ? [] : [exact]),
      ...(stems ?? []).filter(({ stem }) => word.startsWith(stem)).map(({ entry }) => entry),
      ...(named ? [this.#identifier] : []),
      ...(exact === undefined ? [this.#disguisedEntry(word)].filter((entry) => entry !== undefined) : []),
    ];
    const [only] = parts;
    const made = parts.length < 2 ? only : joined(parts);
    if (made !== undefined && this.#made.size < MAX_KEPT) this.#made.set(word, made);
    return made;
  }

  /** Digits for letters (`1gn0re`): the word that they look like, where a pattern has it. Those of `user5` are digits. */
  #disguisedEntry(word: string): WordEntry | undefined {
    if (word.length < 3 || word.length > MAX_DISGUISED || !DIGIT_FOR_LETTER.test(word)) return undefined;
    const plain = word.replace(/[013457]/g, (digit) => LETTER_OF[digit] ?? digit);
    return this.entryOf(plain) ?? this.entryOf(plain.replaceAll("i", "l"));
  }

  /** The same alternatives are searched for once, however many patterns have them. */
  #endingsOf({ words, stems, rows }: Step): readonly Ending[] {
    const all = [...rows.values()].flat();
    const key = [...words, ...stems.map((stem) => `${stem}*`), ...all.map((row) => row.join("_"))].toSorted().join("|");
    const known = this.#endings.get(key);
    if (known !== undefined) return known;
    const endings: Ending[] = [];
    if (words.size + stems.length > 0) {
      const track = this.#tracks++;
      endings.push({ track, length: 1 });
      for (const word of words) this.#entry(word).tracks.push(track);
      for (const stem of stems) this.#entry(`${stem}*`).tracks.push(track);
    }
    for (const length of new Set(all.map((row) => row.length))) {
      const track = this.#tracks++;
      endings.push({ track, length });
      for (const row of all) if (row.length === length) addRow(this.#entry(row[0] ?? ""), row, track);
    }
    this.#endings.set(key, endings);
    return endings;
  }

  #entriesOf({ words, stems, rows }: Step): ReadonlySet<WordEntry> {
    const firsts = [...words, ...stems.map((stem) => `${stem}*`), ...rows.keys()];
    return new Set(firsts.map((first) => this.#entry(first)));
  }

  #entry(first: string): WordEntry {
    if (first === IDENTIFIER) return this.#identifier;
    if (first.endsWith("*")) return this.#stemEntry(first.slice(0, -1));
    const known = this.#words.get(first);
    if (known !== undefined) return known;
    const entry = emptyEntry();
    this.#words.set(first, entry);
    return entry;
  }

  #stemEntry(stem: string): WordEntry {
    if (stem.length < MIN_STEM) throw new RangeError(`a stem of less than ${MIN_STEM} letters: ${stem}`);
    const key = stem.slice(0, MIN_STEM);
    const list = this.#stems.get(key) ?? [];
    this.#stems.set(key, list);
    const known = list.find((each) => each.stem === stem);
    if (known !== undefined) return known.entry;
    const entry = emptyEntry();
    list.push({ stem, entry });
    return entry;
  }
}

function addRow({ rows }: WordEntry, words: readonly string[], track: number): void {
  const known = rows.find((row) => row.words.join("_") === words.join("_"));
  if (known === undefined) rows.push({ words, tracks: [track] });
  else known.tracks.push(track);
}

function joined(parts: readonly WordEntry[]): WordEntry {
  return {
    tracks: [...new Set(parts.flatMap(({ tracks }) => tracks))],
    rows: parts.flatMap(({ rows }) => rows),
    begins: [...new Set(parts.flatMap(({ begins }) => begins))],
  };
}
