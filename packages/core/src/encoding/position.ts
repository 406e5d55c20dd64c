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
const MAX_QUOTE_LENGTH = 160;

/** Line, column and quote of an offset in code units. */
export function positionAt(text: string, offset: number): Position {
  let line = 1;
  let start = 0;
  for (let next = text.indexOf("\n"); next !== -1 && next < offset; next = text.indexOf("\n", start)) {
    line++;
    start = next + 1;
  }
  return { line, column: 1 + codePoints(text, start, offset), quote: quote(text, start, offset) };
}

/** `positionAt` for many offsets, in one pass over the text whatever their order and however long its lines. */
export function positionsAt(text: string, offsets: readonly number[]): Map<number, Position> {
  const found = new Map<number, Position>();
  let line = 1;
  let start = 0;
  let column = 1;
  let counted = 0;
  // Kept from one offset to the next: looked for anew, the end of one line of megabytes would be looked for as often as it has offsets.
  let next = text.indexOf("\n");
  for (const offset of [...new Set(offsets)].sort((a, b) => a - b)) {
    for (; next !== -1 && next < offset; next = text.indexOf("\n", start)) {
      line++;
      start = counted = next + 1;
      column = 1;
    }
    column += codePoints(text, counted, offset);
    counted = offset;
    found.set(offset, { line, column, quote: quote(text, start, offset) });
  }
  return found;
}

/** Code points that begin from one offset up to another: the second half of a pair is none of its own. */
function codePoints(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = from; at < to && at < text.length; at++) {
    if (!isLow(text.charCodeAt(at)) || !isHigh(text.charCodeAt(at - 1))) count++;
  }
  return count;
}

function quote(text: string, start: number, offset: number): string {
  const from = Math.max(start, offset - MAX_QUOTE_LENGTH / 2);
  const window = text.slice(pairEnd(text, from), pairStart(text, from + MAX_QUOTE_LENGTH));
  const end = window.search(/\r?\n/);
  return end === -1 ? window : window.slice(0, end);
}

/** How many code points of a quote stand before its column: of a long line it does not begin where the line does. */
export function beforeColumn(quote: string, column: number): number {
  const points = [...quote];
  let before = 0;
  for (let units = 0; before < column - 1 && before < points.length; before++) {
    units += points[before]?.length ?? 0;
    if (units > MAX_QUOTE_LENGTH / 2) break;
  }
  return before;
}

const isHigh = (code: number): boolean => code >= 0xd800 && code < 0xdc00;
const isLow = (code: number): boolean => code >= 0xdc00 && code < 0xe000;

/** Is there a surrogate pair around this offset? Half of one is no character, and no JSON can hold it. */
const splitsPair = (text: string, at: number): boolean => isLow(text.charCodeAt(at)) && isHigh(text.charCodeAt(at - 1));
const pairStart = (text: string, at: number): number => (splitsPair(text, at) ? at - 1 : at);
const pairEnd = (text: string, at: number): number => (splitsPair(text, at) ? at + 1 : at);

/** A text cut to what an error may carry, in code units; never inside a character. */
export function shorten(text: string, limit = 80): string {
  return text.length <= limit ? text : `${text.slice(0, pairStart(text, limit - 1))}…`;
}
