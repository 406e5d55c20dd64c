import { toHex } from "../../encoding/index.ts";
import { purePlatform } from "../../platform/index.ts";
import { Extract } from "./characters.ts";
import { CONTENTS } from "./contents.ts";
import type { Extent, Form } from "./form.ts";
import { KEYS } from "./keys.ts";
import { NAMED } from "./named.ts";
import { Needles } from "./needles.ts";
import { PATHS } from "./paths.ts";
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
  /**
   * Tells it from another in its place, and gives nothing away: of one whose form leaves no doubt, and which nobody can guess, 64 bits of its
   * SHA-256; of one that may be a word, eight, so that of 256 guesses one fits.
   */
  readonly mark: string;
}

export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/** Matches that are told, of secrets so many that are certain, that are not, and that are examples; bytes that hold more are not looked at to their end. */
export const MAX_SECRETS = 1_000;
/** Characters of a secret that may be shown. */
const SHOWN = 4;

/** A place that says something about where a program was made, or what is hidden in it. */
export interface TraceMatch {
  readonly code: string;
  readonly called: string;
  readonly offset: number;
  /** `/home/ada/`, `a zip archive`. */
  readonly shown: string;
}

/** All that one look at some bytes found, each list in the order of the bytes and bounded. */
export interface Traces {
  readonly secrets: readonly SecretMatch[];
  /** Paths in somebody's home. */
  readonly paths: readonly TraceMatch[];
  /** Programs, archives and interpreters. */
  readonly contents: readonly TraceMatch[];
}

/**
 * Finds what looks like keys and tokens, paths of whoever built it, and other files inside, in some bytes: one pass of one automaton over the
 * beginnings of all forms, and a bounded look around each. Texts of two bytes a character are narrowed first. Time is
 * linear in the bytes. Nothing is decoded but what is found.
 * @param ranges what to look at; default: all of it
 */
export function findTraces(bytes: Uint8Array, ranges: readonly ByteRange[] = [{ from: 0, to: bytes.length }]): Traces {
  const found = { secrets: [], paths: [], contents: [], counts: { certain: 0, uncertain: 0, example: 0 } };
  for (const { from, to } of ranges) {
    scan(new Extract(bytes, from, to), found, (offset) => offset);
    wideTexts(bytes, from, to, ({ text, from: start }) => {
      scan(new Extract(text, 0, text.length), found, (offset) => start + 2 * offset);
    });
  }
  const { secrets, paths, contents }: Found = found;
  return { secrets: inOrder(secrets), paths: inOrder(paths), contents: inOrder(contents) };
}

/** In the order of the bytes, and once: what lies where two pieces of a text overlap is found in both. */
function inOrder<Match extends SecretMatch | TraceMatch>(matches: readonly Match[]): readonly Match[] {
  const seen = new Set<string>();
  return matches
    .toSorted((a, b) => a.offset - b.offset)
    .filter(({ code, offset }) => {
      const key = `${code} ${offset}`;
      if (seen.has(key)) return false;
      seen.add(key);
      return true;
    });
}

/** Keys and tokens alone. */
export const findSecrets = (bytes: Uint8Array, ranges?: readonly ByteRange[]): readonly SecretMatch[] =>
  findTraces(bytes, ranges).secrets;

type Found = { readonly [Kind in keyof Traces]: Traces[Kind][number][] } & {
  /** Of secrets: each kind has room of its own, or a thousand examples of documentation would hide a key. */
  readonly counts: { certain: number; uncertain: number; example: number };
};

interface Kind {
  readonly form: Form;
  readonly length: number;
  readonly put: (found: Found, extent: Extent, extract: Extract, offset: number) => void;
  readonly isFull: (found: Found) => boolean;
}

const secret = (form: Form): Omit<Kind, "length"> => ({
  form,
  put: ({ secrets, counts }, extent, extract, offset) => {
    const kind = extent.example === true ? "example" : certainty(form);
    if (counts[kind]++ < MAX_SECRETS) secrets.push(matchOf(form, extent, extract, offset));
  },
  isFull: ({ counts }) => counts[certainty(form)] >= MAX_SECRETS,
});

const certainty = ({ certain }: Form): "certain" | "uncertain" => (certain ? "certain" : "uncertain");

const trace = (form: Form, list: "paths" | "contents"): Omit<Kind, "length"> => ({
  form,
  put: (found, { shown = "" }, _, offset) => found[list].push({ code: form.code, called: form.called, offset, shown }),
  isFull: (found) => found[list].length >= MAX_SECRETS,
});

/** By needle. */
const KINDS: readonly Kind[] = [
  ...[...KEYS, ...TOKENS, ...NAMED].map(secret),
  ...PATHS.map((form) => trace(form, "paths")),
  ...CONTENTS.map((form) => trace(form, "contents")),
].flatMap((kind) => kind.form.needles.map(({ length }) => ({ ...kind, length })));

const NEEDLES = new Needles([...KEYS, ...TOKENS, ...NAMED, ...PATHS, ...CONTENTS].flatMap(({ needles }) => needles));

function scan(extract: Extract, found: Found, place: (offset: number) => number): void {
  /** Of each code: the end of its last match. A secret is told once, however many of its beginnings are in it. */
  const ends = new Map<string, number>();
  NEEDLES.scan(extract.bytes, extract.from, extract.to, (needle, start) => {
    const kind = KINDS[needle];
    if (kind === undefined || kind.isFull(found) || start < (ends.get(kind.form.code) ?? 0)) return;
    const extent = kind.form.read(extract, start, start + kind.length);
    if (extent === undefined || extent.start < (ends.get(kind.form.code) ?? 0)) return;
    ends.set(kind.form.code, extent.end);
    kind.put(found, extent, extract, place(extent.start));
  });
}

function matchOf(
  { code, called, certain }: Form,
  { start, end, example = false, shown }: Extent,
  extract: Extract,
  offset: number,
): SecretMatch {
  const length = end - start;
  const redacted = shown ?? `${extract.text(start, Math.min(start + SHOWN, end))}… (${length} characters)`;
  const digest = purePlatform.sha256().update(extract.bytes.subarray(start, end)).digest();
  const mark = toHex(digest.subarray(0, certain ? 8 : 1));
  return { code, called, certain, example, offset, length, redacted, mark };
}
