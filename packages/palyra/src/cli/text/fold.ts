import { width } from "./width.ts";

const PAINT = /\u001b\[\d+m/g;
/** Blanks and the branches of a tree. */
const LEAD = /^(?:[ │]|[├└]─)*/;
/** A line of a file with its number, or the caret under it: broken, they would not stand under each other. */
const QUOTE = /^ +\d* \| /;
/** What stands before it. */
const SECOND_COLUMN = /^[^ ]+(?: [^ ]+)*? {2,}(?=[^ ])/;

/**
 * A line as several where a terminal is narrower: broken at blanks, and going on where the text of its last column begins,
 * or a little further in. Where a word is too wide for that, a hash or a key, it has a line of its own: a little further in, or where
 * that is too narrow too, from the first column and whole, so that a terminal wraps it and copies it as one.
 */
export function fold(line: string, columns: number): string[] {
  if (line.length <= columns) return [line];
  const bare = line.replace(PAINT, "");
  if (width(bare) <= columns || QUOTE.test(bare)) return [line];
  const lead = LEAD.exec(line)?.[0] ?? "";
  const trunk = lead.replaceAll("├─", "│ ").replaceAll("└─", "  ");
  const isTable = lead.trim() === "" && SECOND_COLUMN.test(bare.slice(lead.length));
  const starts = [trunk.padEnd(hanging(bare, columns)), trunk.padEnd(lead.length + 2)];
  const fits = (text: string): boolean => width(text.replace(PAINT, "")) <= columns;
  const lines: string[] = [];
  let current = lead;
  let empty = true;
  for (const [, gap = "", word = ""] of line.slice(lead.length).matchAll(/( *)([^ ]+)/g)) {
    const next = `${current}${empty ? "" : gap}${word}`;
    const start = starts.find((each) => fits(each + word));
    if (empty || fits(next) || (start === undefined && !isTable)) current = next;
    else {
      lines.push(current);
      current = (start ?? "") + word;
    }
    empty = false;
  }
  return [...lines, current];
}

/** Where a line goes on: under its second column where that begins in the left half. */
function hanging(bare: string, columns: number): number {
  const lead = LEAD.exec(bare)?.[0].length ?? 0;
  const first = SECOND_COLUMN.exec(bare.slice(lead))?.[0];
  const under = first === undefined ? columns : lead + width(first);
  return under <= columns / 2 ? under : lead + 2;
}
