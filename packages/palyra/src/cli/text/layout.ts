import type { Paint } from "./paint.ts";
import { width } from "./width.ts";

/** A cell of a table: what it says, already escaped, and how it is painted (after it has been measured). */
export interface Cell {
  readonly text: string;
  readonly paint?: keyof Paint;
}

/** Aligned columns, two spaces apart, with a faint heading; no trailing blanks. */
export function table(headings: readonly string[], rows: readonly (readonly Cell[])[], paint: Paint): string[] {
  const widths = headings.map((heading, column) =>
    Math.max(width(heading), ...rows.map((row) => width(row[column]?.text ?? ""))),
  );
  const line = (cells: readonly Cell[]): string => {
    const last = cells.findLastIndex((cell) => cell.text !== "");
    return cells
      .slice(0, last + 1)
      .map((cell, column) => {
        const shown = cell.paint === undefined ? cell.text : paint[cell.paint](cell.text);
        return column === last ? shown : shown + " ".repeat((widths[column] ?? 0) - width(cell.text) + 2);
      })
      .join("");
  };
  return [line(headings.map((text) => ({ text, paint: "faint" }))), ...rows.map(line)];
}

/** `name  value` lines with the values under each other. */
export function fields(entries: readonly (readonly [name: string, value: string])[], paint: Paint, indent = ""): string[] {
  const widest = Math.max(0, ...entries.map(([name]) => width(name)));
  return entries.map(([name, value]) => `${indent}${paint.faint(name)}${" ".repeat(widest - width(name) + 2)}${value}`);
}
