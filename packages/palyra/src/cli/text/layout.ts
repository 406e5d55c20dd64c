import type { Colour, Paint } from "./paint.ts";
import { width } from "./width.ts";

/** A cell of a table: what it says, already escaped, and how it is painted (after it has been measured). */
export interface Cell {
  readonly text: string;
  readonly paint?: Colour;
}

/**
 * Aligned columns, two spaces apart, with a faint heading; no trailing blanks. Of three and more the last ones stand in a further line, a little
 * further in, where all of them are wider than the window: broken by its edge, nobody would know which belongs to which.
 */
export function table(headings: readonly string[], rows: readonly (readonly Cell[])[], paint: Paint): string[] {
  const entries = [headings.map((text): Cell => ({ text, paint: "faint" })), ...rows];
  const columns = entries.map((cells) => cells.map(({ text }) => width(text)));
  const widths = headings.map((_, column) => widest(columns, column));
  const lines = linesOf(widths, paint.columns);
  return entries.flatMap((cells, at) =>
    lines.flatMap(([from, to]) => {
      const line = aligned(cells.slice(from, to), (columns[at] ?? []).slice(from, to), widths.slice(from, to), paint);
      // A row of nothing is still one.
      if (from > 0 && line === "") return [];
      return [from > 0 ? `${FURTHER_IN}${line}` : line];
    }),
  );
}

/** Columns between columns. */
const GAP = 2;
const FURTHER_IN = "  ";

/** Which columns stand in which line: from the first to the one before the last number. */
function linesOf(widths: readonly number[], window: number): readonly (readonly [from: number, to: number])[] {
  const all = widths.reduce((sum, each) => sum + each, GAP * (widths.length - 1));
  // Of two the second is prose: the window's edge breaks it, and it goes on under its own beginning.
  if (widths.length < 3 || all <= window) return [[0, widths.length]];
  const starts: number[] = [0];
  let end = -GAP;
  widths.forEach((each, column) => {
    end += GAP + each;
    if (column === 0 || end <= window) return;
    starts.push(column);
    end = FURTHER_IN.length + each;
  });
  return starts.map((from, at) => [from, starts[at + 1] ?? widths.length]);
}

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
