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
  const measured = lines.map((cells) => cells.map(({ text }) => width(text)));
  const widths = headings.map((_, column) => measured.reduce((widest, row) => Math.max(widest, row[column] ?? 0), 0));
  return lines.map((cells, line) => {
    const last = cells.findLastIndex(({ text }) => text !== "");
    let shown = "";
    for (let column = 0; column <= last; column++) {
      const { text = "", paint: name } = cells[column] ?? {};
      shown += name === undefined ? text : paint[name](text);
      if (column < last) shown += " ".repeat((widths[column] ?? 0) - (measured[line]?.[column] ?? 0) + 2);
    }
    return shown;
  });
}

/** `name  value` lines with the values under each other. */
export function fields(entries: readonly (readonly [name: string, value: string])[], paint: Paint, indent = ""): string[] {
  const widest = Math.max(0, ...entries.map(([name]) => width(name)));
  return entries.map(([name, value]) => `${indent}${paint.faint(name)}${" ".repeat(widest - width(name) + 2)}${value}`);
}
