import { LONG_KEY, MAX_LONG_KEYS } from "../encoding/index.ts";
import { newTable, type TomlInvalid, type TomlKey, type TomlNode, type TomlTable } from "./node.ts";
import { readScalar } from "./scalars.ts";
import { CR, LF, Scanner, TomlStop } from "./scanner.ts";
import { APOSTROPHE, QUOTE, readLineString, readString } from "./strings.ts";
import { Tables } from "./tables.ts";

/**
 * TOML 1.0 (toml.io/en/v1.0.0), read in one pass into a tree with places. A reader of our own, for three reasons: 1.0
 * exactly, where the libraries take much of 1.1; integers to 2^64-1; and spans, without which no fault has a line and no
 * statement can be cut out. It is held against smol-toml in the tests.
 */

/**
 * Spec 2: keys of one header, and arrays, inline tables and further dotted keys within one statement. So much is read by
 * the original, too (vector U10), and no call goes deeper than this.
 */
export const MAX_DEPTH = 80;

/** Keys and values in one text, so that 16 MiB of brackets cannot take seconds and fill the memory with nodes, unsigned as they are. */
export const MAX_VALUES = 2 ** 17;

/** What is wrong with a text that can be read to its end all the same. */
export interface TomlReport {
  /** A number that is out of range. */
  range(node: TomlInvalid, problem: string, allowed: string): void;
  /** A key or table that was there already. */
  twice(table: TomlTable, key: TomlKey): void;
}

/** One statement as a whole line or more, its line end included: `[header]` or `key = value`. */
export interface TomlStatement {
  readonly start: number;
  readonly end: number;
  /** The first key of the path, from the root, of what it defines. */
  readonly rootKey: string;
}

export interface TomlTree {
  readonly root: TomlTable;
  readonly statements: readonly TomlStatement[];
}

/** Reads all of a text, which has no byte order mark. Where it is not TOML 1.0, `stop` says why; the tree is what came before. */
export function readTree(text: string, report: TomlReport): { readonly tree: TomlTree; readonly stop: TomlStop | undefined } {
  const reader = new TomlReader(text, report);
  const tree = { root: reader.tables.root, statements: reader.statements };
  try {
    reader.document();
  } catch (error) {
    if (error instanceof TomlStop) return { tree, stop: error };
    throw error;
  }
  return { tree, stop: undefined };
}

const DOT = 0x2e;
const EQUALS = 0x3d;
const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
/** By code unit: 1 for what a key without quotes is made of. */
const BARE_KEY = Uint8Array.from({ length: 128 }, (_, code) => Number(/[A-Za-z0-9_-]/.test(String.fromCharCode(code))));

class TomlReader {
  readonly #scan: Scanner;
  readonly #report: TomlReport;
  readonly tables: Tables;
  readonly statements: TomlStatement[] = [];
  #values = 0;
  #longKeys = 0;

  constructor(text: string, report: TomlReport) {
    this.#scan = new Scanner(text);
    this.#report = report;
    this.tables = new Tables(report.twice);
  }

  document(): void {
    const scan = this.#scan;
    scan.refuseForbidden();
    let body = this.tables.root;
    let header = "";
    for (scan.skipBlank(); scan.at < scan.text.length; scan.skipBlank()) {
      const start = scan.at;
      let rootKey = header;
      if (scan.peek() === OPEN_BRACKET) {
        const keys = this.#header();
        body = keys.array ? this.tables.append(keys.keys, start, scan.at) : this.tables.open(keys.keys, start, scan.at);
        header = rootKey = keys.keys[0]?.name ?? "";
      } else {
        const key = this.#assignment(body, 0);
        if (body === this.tables.root) rootKey = key;
      }
      scan.endLine();
      this.statements.push({ start, end: scan.at, rootKey });
    }
  }

  #header(): { readonly keys: readonly TomlKey[]; readonly array: boolean } {
    const scan = this.#scan;
    scan.at++;
    const array = scan.take(OPEN_BRACKET);
    scan.skipSpace();
    const keys = this.#keys();
    const closed = scan.take(CLOSE_BRACKET) && (!array || scan.take(CLOSE_BRACKET));
    if (!closed) scan.stop(scan.at, "header without an end", array ? "]]" : "]");
    return { keys, array };
  }

  /** Gives the first of the keys. */
  #assignment(body: TomlTable, depth: number): string {
    const scan = this.#scan;
    const keys = this.#keys();
    if (!scan.take(EQUALS)) scan.stop(scan.at, "key without a value", "=");
    scan.skipSpace();
    const inner = depth + keys.length - 1;
    if (inner > MAX_DEPTH) this.#tooDeep();
    this.tables.assign(body, keys, this.#value(inner));
    return keys[0]?.name ?? "";
  }

  /** A key of one or more parts, and the white space after it. */
  #keys(): readonly TomlKey[] {
    const scan = this.#scan;
    const keys: TomlKey[] = [];
    do {
      scan.skipSpace();
      if (keys.length === MAX_DEPTH) this.#tooDeep();
      this.#count();
      const start = scan.at;
      const code = scan.peek();
      const quoted = code === QUOTE || code === APOSTROPHE;
      const name = quoted ? readLineString(scan) : scan.takeRun(BARE_KEY);
      if (!quoted && name === "") scan.stop(start, "no key", "letters of ASCII, digits, _ and -, or a quoted key");
      if (name.length > LONG_KEY && ++this.#longKeys > MAX_LONG_KEYS)
        scan.stop(start, "too many long keys", `at most ${MAX_LONG_KEYS} of over ${LONG_KEY} characters`);
      keys.push({ name, start, end: scan.at });
      scan.skipSpace();
    } while (scan.take(DOT));
    return keys;
  }

  /** `depth`: arrays, inline tables and dotted keys that this value is in already. */
  #value(depth: number): TomlNode {
    this.#count();
    const scan = this.#scan;
    const start = scan.at;
    const code = scan.peek();
    if (code === QUOTE || code === APOSTROPHE) {
      const value = readString(scan);
      return { kind: "string", start, end: scan.at, value };
    }
    if (code !== OPEN_BRACKET && code !== OPEN_BRACE) return readScalar(scan, this.#report.range);
    if (depth === MAX_DEPTH) this.#tooDeep();
    return code === OPEN_BRACKET ? this.#array(depth + 1) : this.#inlineTable(depth + 1);
  }

  #array(depth: number): TomlNode {
    const scan = this.#scan;
    const start = scan.at++;
    const items: TomlNode[] = [];
    do {
      scan.skipBlank();
      if (scan.peek() === CLOSE_BRACKET) break;
      items.push(this.#value(depth));
      scan.skipBlank();
    } while (scan.take(COMMA));
    if (!scan.take(CLOSE_BRACKET)) scan.stop(scan.at, "array without an end", ", or ]");
    return { kind: "array", start, end: scan.at, items, ofTables: false };
  }

  /** On one line, without a comma at the end: TOML 1.1 takes both. */
  #inlineTable(depth: number): TomlNode {
    const scan = this.#scan;
    const start = scan.at++;
    const table = newTable("inline", start, start);
    scan.skipSpace();
    if (!scan.take(CLOSE_BRACE)) {
      do {
        scan.skipSpace();
        if (scan.peek() === CLOSE_BRACE) scan.stop(scan.at, "comma at the end of an inline table", "none (TOML 1.0)");
        this.#refuseLineEnd();
        this.#assignment(table, depth);
        scan.skipSpace();
      } while (scan.take(COMMA));
      this.#refuseLineEnd();
      if (!scan.take(CLOSE_BRACE)) scan.stop(scan.at, "inline table without an end", ", or }");
    }
    table.end = scan.at;
    return table;
  }

  #refuseLineEnd(): void {
    const code = this.#scan.peek();
    if (code === LF || code === CR) this.#scan.stop(this.#scan.at, "line end in an inline table", "one line (TOML 1.0)");
  }

  #count(): void {
    if (++this.#values > MAX_VALUES) this.#scan.stop(this.#scan.at, "too many keys and values", `at most ${MAX_VALUES}`);
  }

  #tooDeep(): never {
    return this.#scan.stop(this.#scan.at, "nested too deep", `at most ${MAX_DEPTH} levels`);
  }
}
