/** A place in a text as a person counts it. */
export interface Position {
  /** 1-based. */
  readonly line: number;
  /** 1-based, in code points. */
  readonly column: number;
  /** The line without its end; of a long one the part around the column. */
  readonly quote: string;
}

/** Code units of a quoted line. */
export const MAX_QUOTE_LENGTH = 160;

/** Line, column and quote of an offset in code units. */
export function positionAt(text: string, offset: number): Position {
  let line = 1;
  let start = 0;
  for (let next = text.indexOf("\n"); next !== -1 && next < offset; next = text.indexOf("\n", start)) {
    line++;
    start = next + 1;
  }
  return position(text, line, start, offset);
}

/** `positionAt` for many offsets, in one pass over the text whatever their order. */
export function positionsAt(text: string, offsets: readonly number[]): Map<number, Position> {
  const found = new Map<number, Position>();
  let line = 1;
  let start = 0;
  for (const offset of [...new Set(offsets)].sort((a, b) => a - b)) {
    for (let next = text.indexOf("\n", start); next !== -1 && next < offset; next = text.indexOf("\n", start)) {
      line++;
      start = next + 1;
    }
    found.set(offset, position(text, line, start, offset));
  }
  return found;
}

function position(text: string, line: number, start: number, offset: number): Position {
  let column = 1;
  for (let at = start; at < offset && at < text.length; at++) {
    // The second half of a pair is no column of its own.
    if (!isLow(text.charCodeAt(at)) || at === start || !isHigh(text.charCodeAt(at - 1))) column++;
  }
  return { line, column, quote: quote(text, start, offset) };
}

function quote(text: string, start: number, offset: number): string {
  const from = Math.max(start, offset - MAX_QUOTE_LENGTH / 2);
  const window = text.slice(from, from + MAX_QUOTE_LENGTH);
  const end = window.search(/\r?\n/);
  return end === -1 ? window : window.slice(0, end);
}

const isHigh = (code: number): boolean => code >= 0xd800 && code < 0xdc00;
const isLow = (code: number): boolean => code >= 0xdc00 && code < 0xe000;

/** A text cut to what an error may carry. */
export function shorten(text: string, limit = 80): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1)}…`;
}
