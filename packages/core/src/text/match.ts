/** What a text is: how much of what is unusual in prose is plain in it. */
export type TextKind =
  /** A name that people compare by eye: of a tool, of a property. */
  | "name"
  /** What a tool says of itself to a model. */
  | "tool"
  /** What the manifest says to a person. */
  | "manifest"
  /** A file: documents, pages, data. */
  | "asset";

/** Something in a text that a reader should know of. */
export interface TextMatch {
  /** What kind, snake_case, stable. */
  readonly code: string;
  readonly status: "fail" | "warn";
  /** UTF-16 code units from the start of the text; `end` is behind it. */
  readonly start: number;
  readonly end: number;
  /** What is spelled there, where that is not what one sees. */
  readonly hidden?: string;
}

/** Matches of one code and status that are told of one text: a text with more is not worth a longer list. */
export const MAX_MATCHES = 50;
/** Characters of what is spelled in hiding that are kept. */
const MAX_HIDDEN = 200;

/**
 * Matches in the order of the text, of each code the first of each status: what is only told must not push out what fails, or fifty
 * harmless ones would hide the one that is not.
 */
export class Matches {
  readonly #found: TextMatch[] = [];
  readonly #counts = { fail: new Map<string, number>(), warn: new Map<string, number>() };

  add(code: string, status: TextMatch["status"], start: number, end: number, hidden?: string): void {
    const counts = this.#counts[status];
    const count = counts.get(code) ?? 0;
    if (count >= MAX_MATCHES) return;
    counts.set(code, count + 1);
    const spelled = hidden === undefined || hidden === "" ? {} : { hidden: Array.from(hidden).slice(0, MAX_HIDDEN).join("") };
    this.#found.push({ code, status, start, end, ...spelled });
  }

  /** Whether one more of this code and status would be kept. */
  hasRoom(code: string, status: TextMatch["status"]): boolean {
    return (this.#counts[status].get(code) ?? 0) < MAX_MATCHES;
  }

  get all(): readonly TextMatch[] {
    return this.#found.toSorted((a, b) => a.start - b.start || a.end - b.end || (a.code < b.code ? -1 : 1));
  }
}

/** Each place where a global pattern matches. (`matchAll` copies the pattern, which costs more than looking through a short text.) */
export function eachHit(pattern: RegExp, text: string, use: (hit: RegExpExecArray) => void): void {
  pattern.lastIndex = 0;
  for (let hit = pattern.exec(text); hit !== null; hit = pattern.exec(text)) {
    const next = pattern.lastIndex + (hit[0] === "" ? 1 : 0);
    use(hit);
    pattern.lastIndex = next;
  }
}

/** The code point that ends before `at`; -1 at the start. */
export function codeBefore(text: string, at: number): number {
  if (at <= 0) return -1;
  const low = text.charCodeAt(at - 1);
  if (low < 0xdc00 || low > 0xdfff || at < 2) return low;
  const high = text.charCodeAt(at - 2);
  return high >= 0xd800 && high <= 0xdbff ? (high - 0xd800) * 0x400 + (low - 0xdc00) + 0x10000 : low;
}

/** The code point at `at`; -1 at the end. */
export const codeAt = (text: string, at: number): number => text.codePointAt(at) ?? -1;

export const isAsciiWord = (code: number): boolean =>
  (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
