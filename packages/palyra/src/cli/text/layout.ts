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
  const widths = headings.map((_, column) => widest(lines, column));
  return lines.map((cells) => aligned(cells, widths, paint));
}

/** Columns between columns. */
const GAP = 2;

function widest(lines: readonly (readonly Cell[])[], column: number): number {
  let most = 0;
  for (const cells of lines) most = Math.max(most, width(cells[column]?.text ?? ""));
  return most;
}

/** Blanks are written before what follows them, so that none trail. */
function aligned(cells: readonly Cell[], widths: readonly number[], paint: Paint): string {
  let line = "";
  let blanks = 0;
  let column = 0;
  for (const { text, paint: name } of cells) {
    const room = (widths[column++] ?? 0) + GAP;
    if (text === "") blanks += room;
    else {
      line += " ".repeat(blanks) + (name === undefined ? text : paint[name](text));
      blanks = room - width(text);
    }
  }
  return line;
}

/** `name  value` lines with the values under each other. */
export function fields(entries: readonly (readonly [name: string, value: string])[], paint: Paint, indent = ""): string[] {
  const widest = Math.max(0, ...entries.map(([name]) => width(name)));
  return entries.map(([name, value]) => `${indent}${paint.faint(name)}${" ".repeat(widest - width(name) + 2)}${value}`);
}
