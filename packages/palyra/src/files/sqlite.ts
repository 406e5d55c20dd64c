/**
 * SQLite as this project uses it, over either driver (sqlite-driver.ts).
 *
 * The package's driver frees a prepared statement only when the garbage collector comes by, so that a database closed before that stays half open, and
 * its `-wal` and `-shm` files stay behind. So everything runs through `exec`, which leaves nothing: values go in and rows come out through two
 * functions that SQL calls. Only a connection that stays open for long has statements (`keepsStatements`), and lets go of them before its end.
 */
import { setImmediate } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { type DriverDatabase, type DriverStatement, loadDriver, type SqlValue } from "./sqlite-driver.ts";

export type { SqlValue };

export interface Database {
  /** What is open: the same for all who share it. */
  readonly connection: object;
  /** Runs statements without values. */
  exec(sql: string): void;
  /** Runs one statement in which `?1`, `?2` … stand for the values. */
  run(sql: string, values: readonly SqlValue[]): void;
  /** Rows that the last statement changed. */
  changes(): number;
  /**
   * Visits the rows of `SELECT <columns> <rest>` one by one; a visit that returns false ends it. They come in the order in which
   * SQLite finds them: `rest` may order only by what the rowid or an index gives without sorting.
   */
  select(
    columns: readonly string[],
    rest: string,
    values: readonly SqlValue[],
    // biome-ignore lint/suspicious/noConfusingVoidType: a visit need not return anything
    visit: (row: readonly SqlValue[]) => boolean | void,
  ): void;
  /** The row of such a statement that has one at most; undefined: it has none. */
  only(columns: readonly string[], rest: string, values: readonly SqlValue[]): readonly SqlValue[] | undefined;
  /**
   * Before it is closed: lets go of what was prepared. False: something holds it, and the connection will stay half open, with what it has locked
   * and mapped, until the garbage collector comes by or the process ends.
   */
  letGo(): true | Promise<boolean>;
  letsGoAtOnce(): boolean;
  close(): void;
}

export interface OpenOptions {
  /** Opens an existing file without any right to change it; of one in WAL mode, `-wal` and `-shm` may stay behind. */
  readonly readOnly?: boolean;
  /**
   * Read only, without locks and without a look at `-wal` and `-journal`, so that a folder without write access will do. Right only
   * where neither has anything in it, and nobody writes meanwhile: the caller's business.
   */
  readonly immutable?: boolean;
  /** Milliseconds that a statement waits for another connection's lock; 0 answers at once. */
  readonly busyTimeoutMs?: number;
  /** Statements are prepared once, for a connection that stays open: to prepare an insert takes three times as long as to run it. See `letGo`. */
  readonly keepsStatements?: boolean;
}

/** Opens a database file. Throws the driver's error; `sqliteResult` tells what it means. */
export function openDatabase(path: string, options: OpenOptions = {}): Database {
  const { DatabaseSync, isNodes } = loadDriver();
  const { readOnly = false, immutable = false, keepsStatements = false, busyTimeoutMs = 0 } = options;
  const database = new DatabaseSync(immutable ? `${pathToFileURL(path).href}?immutable=1` : path, {
    readOnly: readOnly || immutable,
  });
  database.exec(`PRAGMA busy_timeout = ${Math.trunc(busyTimeoutMs)}`);
  return new SqliteDatabase(database, { keepsStatements, isNodes });
}

type Visit = Parameters<Database["select"]>[3];

/** A statement that runs, as the functions that SQL calls see it. Its visitor may end it by an answer or an error: a driver makes another error of either. */
class Running {
  readonly values: readonly SqlValue[];
  readonly #visit: Visit;
  hasRow = false;
  #end: { readonly error?: unknown } | undefined;

  constructor(values: readonly SqlValue[], visit: Visit) {
    this.values = values;
    this.#visit = visit;
  }

  visit(row: readonly SqlValue[]): void {
    this.hasRow = true;
    try {
      if (this.#visit(row) !== false) return;
      this.#end = {};
    } catch (error) {
      this.#end = { error };
    }
    throw new Error("ended by its visitor");
  }

  /** Throws what ended it, but for its visitor's answer. */
  end(error: unknown): void {
    if (this.#end === undefined) throw error;
    if ("error" in this.#end) throw this.#end.error;
  }
}

/** As it was asked for. */
const isRow = (found: unknown): found is readonly SqlValue[] => Array.isArray(found);

const NO_ROWS: Visit = () => {};

class SqliteDatabase implements Database {
  readonly connection: DriverDatabase;
  readonly #options: { readonly keepsStatements: boolean; readonly isNodes: boolean };
  readonly #kept = new Map<string, DriverStatement>();
  /** Those whose rows are being visited: one that is begun again by its own visitor would begin anew. */
  readonly #inUse = new Set<string>();
  #running = new Running([], NO_ROWS);

  constructor(database: DriverDatabase, options: { readonly keepsStatements: boolean; readonly isNodes: boolean }) {
    this.connection = database;
    this.#options = options;
    // Deterministic within one statement, which is what SQLite makes of the word.
    database.function("palyra_value", { deterministic: true }, (index) => stored(this.#running.values[Number(index)] ?? null));
    database.function("palyra_row", { varargs: true, useBigIntArguments: true }, (...row) => {
      this.#running.visit(row);
      return null;
    });
  }

  exec(sql: string): void {
    this.connection.exec(sql);
  }

  run(sql: string, values: readonly SqlValue[]): void {
    const statement = this.#prepared(sql);
    if (statement !== undefined) statement.run(...values.map(stored));
    else this.#execute(new Running(values, NO_ROWS), () => this.connection.exec(withValues(sql)));
  }

  changes(): number {
    let changed = 0;
    this.select(["changes()"], "", [], ([count]) => {
      changed = Number(count);
    });
    return changed;
  }

  select(columns: readonly string[], rest: string, values: readonly SqlValue[], visit: Visit): void {
    const sql = selecting(columns, rest).visited;
    const running = new Running(values, visit);
    try {
      // The package's errors of prepared statements have lost their codes: run as it is, one that failed says why.
      if (!this.#selectPrepared(sql, running)) this.#execute(running, () => this.connection.exec(withValues(sql)));
    } catch (error) {
      running.end(error);
    }
  }

  only(columns: readonly string[], rest: string, values: readonly SqlValue[]): readonly SqlValue[] | undefined {
    const statement = this.#prepared(selecting(columns, rest).plain);
    if (statement?.setReturnArrays !== undefined) {
      const row = statement.get(...values.map(stored));
      return isRow(row) ? row : undefined;
    }
    let only: readonly SqlValue[] | undefined;
    this.select(columns, rest, values, (row) => {
      only = row;
    });
    return only;
  }

  /** False: there is no such statement, or it failed before its first row. */
  #selectPrepared(sql: string, running: Running): boolean {
    const statement = this.#prepared(sql);
    if (statement === undefined) return false;
    this.#inUse.add(sql);
    try {
      // `run` would end a read at its first row.
      this.#execute(running, () => void statement.all(...running.values.map(stored)));
      return true;
    } catch (error) {
      if (running.hasRow) throw error;
      return false;
    } finally {
      this.#inUse.delete(sql);
    }
  }

  letGo(): true | Promise<boolean> {
    if (this.letsGoAtOnce()) return true;
    const statements = [...this.#kept.values()].map((each) => new WeakRef(each));
    this.#kept.clear();
    return collected(statements);
  }

  letsGoAtOnce(): boolean {
    return this.#options.isNodes || this.#kept.size === 0;
  }

  close(): void {
    this.connection.close();
  }

  #execute(running: Running, statement: () => void): void {
    const outer = this.#running;
    this.#running = running;
    try {
      statement();
    } finally {
      this.#running = outer;
    }
  }

  /** Undefined: it is to be run as it is. */
  #prepared(sql: string): DriverStatement | undefined {
    if (!this.#options.keepsStatements || this.#inUse.has(sql)) return undefined;
    const known = this.#kept.get(sql);
    if (known !== undefined || this.#kept.size >= MOST_TEXTS) return known;
    try {
      const made = this.connection.prepare(sql);
      made.setReadBigInts(true);
      made.setReturnArrays?.(true);
      this.#kept.set(sql, made);
      return made;
    } catch {
      return undefined;
    }
  }
}

/** Whether the engine has collected them, and the driver let go of what they stood for. */
async function collected(some: readonly WeakRef<object>[]): Promise<boolean> {
  const { collectGarbage } = await import("./collect-garbage.ts");
  // What a reference was made or asked for lives until the end of that turn; a driver lets go of it in a turn after.
  await setImmediate();
  collectGarbage();
  for (let turn = 0; turn < TURNS; turn += 1) await setImmediate();
  return some.every((each) => each.deref() === undefined);
}
const TURNS = 3;

const texts = new Map<string, string>();

/** The same statements come again and again; those of other lists of kinds or columns are few. */
function withValues(sql: string): string {
  const known = texts.get(sql);
  if (known !== undefined) return known;
  const text = sql.replaceAll(/\?(\d+)/g, (_, number) => `palyra_value(${Number(number) - 1})`);
  if (texts.size < MOST_TEXTS) texts.set(sql, text);
  return text;
}
const MOST_TEXTS = 500;

/** A statement that reads, as it gives its rows back and as it gives them to a visitor. */
interface Selecting {
  readonly columns: readonly string[];
  readonly plain: string;
  readonly visited: string;
}

/** By what comes after the columns: to put a text together and to look it up takes as long as SQLite takes for a row. */
const selects = new Map<string, Selecting[]>();

function selecting(columns: readonly string[], rest: string): Selecting {
  const known = selects.get(rest);
  const same = known?.find(
    (each) => each.columns.length === columns.length && each.columns.every((name, at) => name === columns[at]),
  );
  if (same !== undefined) return same;
  const list = columns.join(", ");
  const made = { columns: [...columns], plain: `SELECT ${list} ${rest}`, visited: `SELECT palyra_row(${list}) ${rest}` };
  if (known !== undefined && known.length < MOST_COLUMNS) known.push(made);
  else if (known === undefined && selects.size < MOST_TEXTS) selects.set(rest, [made]);
  return made;
}
const MOST_COLUMNS = 4;

/** Whole numbers go in as integers, whatever the column's type makes of a double. */
function stored(value: SqlValue): SqlValue {
  return typeof value === "number" && Number.isSafeInteger(value) ? BigInt(value) : value;
}

/** Primary result codes of SQLite that callers tell apart (https://sqlite.org/rescode.html). */
export type SqliteResult =
  | "busy"
  | "read_only"
  | "io"
  | "corrupt"
  | "full"
  | "cannot_open"
  | "constraint"
  | "not_a_database"
  | "other";

const RESULTS: ReadonlyMap<number, SqliteResult> = new Map([
  [5, "busy"],
  [6, "busy"],
  [8, "read_only"],
  [10, "io"],
  [11, "corrupt"],
  [13, "full"],
  [14, "cannot_open"],
  [19, "constraint"],
  [26, "not_a_database"],
]);

/** What an error of the driver means; undefined for an error that is none of SQLite's. */
export function sqliteResult(error: unknown): SqliteResult | undefined {
  if (!(error instanceof Error)) return undefined;
  if ("errcode" in error && typeof error.errcode === "number") return RESULTS.get(error.errcode & 0xff) ?? "other";
  // The package's, of a statement that was prepared before.
  return "code" in error && error.code === "ERR_SQLITE_ERROR" ? "other" : undefined;
}
