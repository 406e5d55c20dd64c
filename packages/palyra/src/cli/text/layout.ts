import type { Paint } from "./paint.ts";
import { width } from "./width.ts";

/** A cell of a table: what it says, already escaped, and how it is painted (after it has been measured). */
export interface Cell {
  readonly text: string;
  readonly paint?: keyof Paint;
}

/** Aligned columns, two spaces apart, with a faint heading; no trailing blanks. */
export function table(headings: readonly string[], rows: readonly (readonly Cell[])[], paint: Paint): string[] {
  const lines = [headings.map((text): Cell => ({ text, paint: "faint" })), ...rows];
  const columns = lines.map((cells) => cells.map(({ text }) => width(text)));
  const widths = headings.map((_, column) => widest(columns, column));
  return lines.map((cells, at) => aligned(cells, columns[at] ?? [], widths, paint));
}

/** Columns between columns. */
const GAP = 2;

function widest(lines: readonly (readonly number[])[], column: number): number {
  let most = 0;
  for (const columns of lines) most = Math.max(most, columns[column] ?? 0);
  return most;
}

/** Blanks are written before what follows them, so that none trail. */
function aligned(cells: readonly Cell[], columns: readonly number[], widths: readonly number[], paint: Paint): string {
  let line = "";
  let blanks = 0;
  let at = 0;
  for (const { text, paint: name } of cells) {
    const columnsOfIt = columns[at] ?? 0;
    const room = (widths[at++] ?? 0) + GAP;
    if (text === "") blanks += room;
    else {
      line += " ".repeat(blanks) + (name === undefined ? text : paint[name](text));
      blanks = room - columnsOfIt;
    }
  }
  return line;
}

/** `name  value` lines with the values under each other. */
export function fields(entries: readonly (readonly [name: string, value: string])[], paint: Paint, indent = ""): string[] {
  const widest = Math.max(0, ...entries.map(([name]) => width(name)));
  return entries.map(([name, value]) => `${indent}${paint.faint(name)}${" ".repeat(widest - width(name) + 2)}${value}`);
}
