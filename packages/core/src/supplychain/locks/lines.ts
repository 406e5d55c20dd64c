import { LockFault } from "./lock.ts";

/** Lines of one lock file; those of large projects have a hundred thousand. */
export const MAX_LOCK_LINES = 500_000;

/** A line without its end, and where it begins: UTF-16 code units of the text. */
export interface Line {
  readonly text: string;
  readonly offset: number;
}

export function linesOf(text: string): readonly Line[] {
  const lines: Line[] = [];
  for (let start = 0; start < text.length; ) {
    if (lines.length === MAX_LOCK_LINES) throw new LockFault(`it has more than ${MAX_LOCK_LINES} lines`, start);
    const found = text.indexOf("\n", start);
    const end = found === -1 ? text.length : found;
    lines.push({ text: text.slice(start, end > start && text[end - 1] === "\r" ? end - 1 : end), offset: start });
    start = end + 1;
  }
  return lines;
}
