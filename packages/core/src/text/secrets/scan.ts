import { Extract } from "./characters.ts";
import type { Extent, Form } from "./form.ts";
import { KEYS } from "./keys.ts";
import { NAMED } from "./named.ts";
import { Needles } from "./needles.ts";
import { TOKENS } from "./tokens.ts";
import { wideTexts } from "./wide.ts";

/** A secret that was left in some bytes. What it is, is never part of it. */
export interface SecretMatch {
  /** `github_token`. */
  readonly code: string;
  /** `a token of GitHub`. */
  readonly called: string;
  /** Its form leaves no doubt; else a person has to look. */
  readonly certain: boolean;
  /** Documentation prints this one for everybody: it opens nothing. */
  readonly example: boolean;
  /** In bytes. */
  readonly offset: number;
  readonly length: number;
  /** At most its first four characters, and how long it is; or its label. */
  readonly redacted: string;
}

export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/** Matches that are told; bytes that hold more are not looked at to their end. */
export const MAX_SECRETS = 1_000;
/** Characters of a secret that may be shown. */
const SHOWN = 4;

/**
 * Finds what looks like keys and tokens in some bytes: one pass of one automaton over the beginnings of all forms, and a bounded look around
 * each. Texts of two bytes a character are narrowed first. Time is linear in the bytes. Nothing is decoded but what is found.
 * @param ranges what to look at; default: all of it
 */
export function findSecrets(bytes: Uint8Array, ranges: readonly ByteRange[] = [{ from: 0, to: bytes.length }]): SecretMatch[] {
  const found: SecretMatch[] = [];
  for (const { from, to } of ranges) {
    SCANNER.scan(new Extract(bytes, from, to), found, (offset) => offset);
    wideTexts(bytes, from, to, ({ text, from: start }) => {
      SCANNER.scan(new Extract(text, 0, text.length), found, (offset) => start + 2 * offset);
    });
  }
  return found.sort((a, b) => a.offset - b.offset);
}

class Scanner {
  readonly #forms: readonly Form[];
  readonly #needles: Needles;
  /** Of each needle: its form, and its length. */
  readonly #formOf: readonly Form[];
  readonly #lengthOf: readonly number[];

  constructor(forms: readonly Form[]) {
    this.#forms = forms;
    const needles = forms.flatMap(({ needles }) => needles);
    this.#needles = new Needles(needles);
    this.#formOf = this.#forms.flatMap((form) => form.needles.map(() => form));
    this.#lengthOf = needles.map(({ length }) => length);
  }

  scan(extract: Extract, found: SecretMatch[], place: (offset: number) => number): void {
    /** Of each code: the end of its last match. A secret is told once, however many of its beginnings are in it. */
    const ends = new Map<string, number>();
    this.#needles.scan(extract.bytes, extract.from, extract.to, (needle, start) => {
      const form = this.#formOf[needle];
      if (form === undefined || found.length >= MAX_SECRETS || start < (ends.get(form.code) ?? 0)) return;
      const extent = form.read(extract, start, start + (this.#lengthOf[needle] ?? 0));
      if (extent === undefined || extent.start < (ends.get(form.code) ?? 0)) return;
      ends.set(form.code, extent.end);
      found.push(matchOf(form, extent, extract, place(extent.start)));
    });
  }
}

const SCANNER = new Scanner([...KEYS, ...TOKENS, ...NAMED]);

function matchOf(
  { code, called, certain }: Form,
  { start, end, example = false, shown }: Extent,
  extract: Extract,
  offset: number,
): SecretMatch {
  const length = end - start;
  const redacted = shown ?? `${extract.text(start, Math.min(start + SHOWN, end))}… (${length} characters)`;
  return { code, called, certain, example, offset, length, redacted };
}
