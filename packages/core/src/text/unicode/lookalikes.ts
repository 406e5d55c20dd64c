import { LOOKALIKES } from "./tables.ts";

/** What a character outside ASCII looks like (UTS 39). */
export interface Lookalike {
  /** ASCII, a letter or a digit in it: mostly one character. */
  readonly ascii: string;
  /** Whether identifiers may have it (UTS 39, IdentifierStatus): people write it. */
  readonly allowed: boolean;
}

let table: ReadonlyMap<number, Lookalike> | undefined;

/** Undefined for a character that looks like no ASCII letter or digit, and for ASCII itself. */
export function lookalikeOf(code: number): Lookalike | undefined {
  table ??= unpack();
  return table.get(code);
}

/** All of them: character and likeness. */
export function lookalikes(): ReadonlyMap<number, Lookalike> {
  table ??= unpack();
  return table;
}

function unpack(): ReadonlyMap<number, Lookalike> {
  const found = new Map<number, Lookalike>();
  let code = 0;
  for (const entry of LOOKALIKES.trim().split(" ")) {
    const mark = entry.search(/[=~]/);
    code += Number.parseInt(entry.slice(0, mark), 36);
    found.set(code, { ascii: entry.slice(mark + 1), allowed: entry[mark] === "=" });
  }
  return found;
}
