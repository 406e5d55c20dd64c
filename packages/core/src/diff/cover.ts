/**
 * What a grant covers (spec 2.3): a consent to `*.example.com` is one to `api.example.com`, a consent to the root `data` one to
 * `data/cache`. Where the spec leaves open how far a `*` reaches, the shorter reach counts: a person is then asked once too often, never
 * once too seldom.
 */

/** Steps of comparing with wildcards, for one list: beyond them nothing counts as covered. A manifest may hold a million of each. */
const MAX_STEPS = 20_000_000;
/** Characters of a text that is compared with wildcards, and segments that are looked at: longer ones are covered by themselves alone. */
const MAX_LENGTH = 1024;
const MAX_SEGMENTS = 64;

export type Kind = "name" | "host" | "root";

const SEPARATOR: { readonly [kind in Kind]: string | undefined } = { name: undefined, host: ".", root: "/" };

/** A list of what was granted. */
export class Granted {
  readonly #kind: Kind;
  readonly #exact: ReadonlySet<string>;
  readonly #patterns: readonly (readonly string[])[];
  readonly #everything: boolean;
  #steps = MAX_STEPS;

  constructor(kind: Kind, granted: readonly string[]) {
    this.#kind = kind;
    const texts = granted.map((text) => this.#normal(text));
    this.#exact = new Set(texts);
    this.#everything = this.#exact.has("*");
    this.#patterns = texts.filter((text) => text.includes("*") && text.length <= MAX_LENGTH).map((text) => this.#segments(text));
  }

  covers(asked: string): boolean {
    const text = this.#normal(asked);
    if (this.#everything || this.#exact.has(text)) return true;
    if (text.length > MAX_LENGTH) return false;
    const segments = this.#segments(text);
    if (segments.length > MAX_SEGMENTS) return false;
    return this.#isBelow(segments) || (this.#steps > 0 && this.#patterns.some((pattern) => this.#matches(pattern, segments)));
  }

  /** A root grants what lies below it. */
  #isBelow(segments: readonly string[]): boolean {
    return this.#kind === "root" && segments.some((_, at) => this.#exact.has(segments.slice(0, at).join("/")));
  }

  #matches(pattern: readonly string[], segments: readonly string[]): boolean {
    const fits = this.#kind === "root" ? pattern.length <= segments.length : pattern.length === segments.length;
    this.#steps -= 1;
    return fits && pattern.every((each, at) => this.#glob(each, segments[at] ?? ""));
  }

  /**
   * Whether a text with `*` for anything matches. A `*` of the other text is a character like any, which nothing but a `*` matches: then
   * whatever it stands for is matched as well.
   */
  #glob(pattern: string, text: string): boolean {
    let [at, star, mark] = [0, -1, 0];
    let place = 0;
    while (place < text.length) {
      if (--this.#steps < 0) return false;
      if (pattern[at] === "*") {
        star = at++;
        mark = place;
      } else if (pattern[at] === text[place]) {
        at += 1;
        place += 1;
      } else if (star === -1) {
        return false;
      } else {
        at = star + 1;
        place = ++mark;
      }
    }
    while (pattern[at] === "*") at += 1;
    return at === pattern.length;
  }

  #segments(text: string): readonly string[] {
    const separator = SEPARATOR[this.#kind];
    return separator === undefined ? [text] : text.split(separator);
  }

  /** Spec 2.3: hosts are compared in lower case and without one trailing dot. */
  #normal(text: string): string {
    if (this.#kind !== "host") return text;
    const lower = text.toLowerCase();
    return lower.endsWith(".") ? lower.slice(0, -1) : lower;
  }
}
