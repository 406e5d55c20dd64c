import { width } from "./width.ts";

const PAINT = /\u001b\[\d+m/g;
/** Blanks and the branches of a tree. */
const LEAD = /^(?:[ │]|[├└]─)*/;
/** A line of a file with its number, or the caret under it: broken, they would not stand under each other. */
const QUOTE = /^ +\d* \| /;

/**
 * A line as several where a terminal is narrower: broken at blanks, and going on where the text of its last column begins,
 * or a little further in. A word that is longer than a line is left to the terminal.
 */
export function fold(line: string, columns: number): string[] {
  if (line.length <= columns) return [line];
  const bare = line.replace(PAINT, "");
  if (width(bare) <= columns || QUOTE.test(bare)) return [line];
  const lead = LEAD.exec(line)?.[0] ?? "";
  const indent = lead.replaceAll("├─", "│ ").replaceAll("└─", "  ").padEnd(hanging(bare, columns));
  const fits = (text: string): boolean => width(text.replace(PAINT, "")) <= columns;
  const lines: string[] = [];
  let current = lead;
  let empty = true;
  for (const [, gap = "", word = ""] of line.slice(lead.length).matchAll(/( *)([^ ]+)/g)) {
    const next = `${current}${empty ? "" : gap}${word}`;
    if (empty || fits(next) || !fits(indent + word)) current = next;
    else {
      lines.push(current);
      current = indent + word;
    }
    empty = false;
  }
  return [...lines, current];
}

/** Where a line goes on: under its second column where that begins in the left half. */
function hanging(bare: string, columns: number): number {
  const lead = LEAD.exec(bare)?.[0].length ?? 0;
  const first = /^[^ ]+(?: [^ ]+)*? {2,}(?=[^ ])/.exec(bare.slice(lead))?.[0];
  const under = first === undefined ? columns : lead + width(first);
  return under <= columns / 2 ? under : lead + 2;
}
