/**
 * The one place that loads a SQLite driver: Node's own where it is there without a flag (22.13 and later), else
 * `@photostructure/sqlite`, which has the same interface. Loaded at the first use, not at start.
 *
 * Prepared statements are not used with that package: it frees one only when the garbage collector comes by, so that a closed
 * database stays half open and its `-wal` and `-shm` files stay behind. Everything runs through `exec`, which leaves nothing;
 * values go in and rows come out through two functions that SQL calls.
 */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** What SQLite stores. Integers are read as bigint, so that no row of another program can make a reader throw. */
export type SqlValue = null | bigint | number | string | Uint8Array;

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
  /**
   * Statements are prepared once, for a connection that stays open: to prepare an insert takes three times as long as to run it. With Node's own
   * driver alone: see above.
   */
  readonly keepsStatements?: boolean;
}

interface FunctionOptions {
  readonly deterministic?: boolean;
  readonly varargs?: boolean;
  readonly useBigIntArguments?: boolean;
}
interface DriverStatement {
  all(...values: SqlValue[]): unknown;
  run(...values: SqlValue[]): unknown;
}
interface DriverDatabase {
  exec(sql: string): void;
  prepare(sql: string): DriverStatement;
  function(name: string, options: FunctionOptions, body: (...values: SqlValue[]) => SqlValue): void;
  close(): void;
}
interface Driver {
  readonly DatabaseSync: new (path: string, options: { readonly readOnly: boolean }) => DriverDatabase;
}

/** Opens a database file. Throws the driver's error; `sqliteResult` tells what it means. */
export function openDatabase(path: string, options: OpenOptions = {}): Database {
  const { DatabaseSync, isNodes } = loadDriver();
  const { readOnly = false, immutable = false } = options;
  const keepsStatements = options.keepsStatements === true && isNodes;
  const database = new DatabaseSync(immutable ? `${pathToFileURL(path).href}?immutable=1` : path, {
    readOnly: readOnly || immutable,
  });
  database.exec(`PRAGMA busy_timeout = ${Math.trunc(options.busyTimeoutMs ?? 0)}`);

  let statement: Running = { values: [], visit: () => {} };
  // Deterministic within one statement, which is what SQLite makes of the word.
  database.function("palyra_value", { deterministic: true }, (index) => stored(statement.values[Number(index)] ?? null));
  database.function("palyra_row", { varargs: true, useBigIntArguments: true }, (...row) => {
    statement.visit(row);
    return null;
  });

  const running = <Result>(next: Running, execute: () => Result): Result => {
    const outer = statement;
    statement = next;
    try {
      return execute();
    } finally {
      statement = outer;
    }
  };
  const kept = new Map<string, DriverStatement>();
  /** Those whose rows are being visited: one that is begun again by its own visitor would begin anew. */
  const inUse = new Set<string>();
  const prepared = (sql: string): DriverStatement | undefined => {
    if (!keepsStatements || inUse.has(sql)) return undefined;
    const known = kept.get(sql) ?? (kept.size < MOST_TEXTS ? database.prepare(sql) : undefined);
    if (known !== undefined) kept.set(sql, known);
    return known;
  };
  const select: Database["select"] = (columns, rest, values, visit) => {
    let ended = false;
    const visitUntilEnd = (row: readonly SqlValue[]): void => {
      if (visit(row) !== false) return;
      ended = true;
      throw new Error("ended by its visitor");
    };
    const sql = `SELECT palyra_row(${columns.join(", ")}) ${rest}`;
    const ready = prepared(sql);
    if (ready !== undefined) inUse.add(sql);
    try {
      // `run` would end a read at its first row.
      running({ values, visit: visitUntilEnd }, () =>
        ready === undefined ? database.exec(withValues(sql)) : ready.all(...values.map(stored)),
      );
    } catch (error) {
      if (!ended) throw error;
    } finally {
      if (ready !== undefined) inUse.delete(sql);
    }
  };
  return {
    connection: database,
    exec: (sql) => database.exec(sql),
    run: (sql, values) => {
      const ready = prepared(sql);
      if (ready !== undefined) ready.run(...values.map(stored));
      else running({ values, visit: () => {} }, () => database.exec(withValues(sql)));
    },
    changes: () => {
      let changed = 0;
      select(["changes()"], "", [], ([count]) => {
        changed = Number(count);
      });
      return changed;
    },
    select,
    close: () => database.close(),
  };
}

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

/** Whole numbers go in as integers, whatever the column's type makes of a double. */
function stored(value: SqlValue): SqlValue {
  return typeof value === "number" && Number.isSafeInteger(value) ? BigInt(value) : value;
}

interface Running {
  readonly values: readonly SqlValue[];
  readonly visit: (row: readonly SqlValue[]) => void;
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
  if (!(error instanceof Error) || !("errcode" in error) || typeof error.errcode !== "number") return undefined;
  return RESULTS.get(error.errcode & 0xff) ?? "other";
}

let driver: LoadedDriver | undefined;

interface LoadedDriver extends Driver {
  /** A database of its that is closed is closed, with what was prepared for it. */
  readonly isNodes: boolean;
}

function loadDriver(): LoadedDriver {
  driver ??= loadedDriver();
  return driver;
}

function loadedDriver(): LoadedDriver {
  const found = nodeDriver();
  return { DatabaseSync: (found ?? packageDriver()).DatabaseSync, isNodes: found !== undefined };
}

// Node says at the first load that its driver is experimental; people who run a command need not know.
function nodeDriver(): Driver | undefined {
  const emitWarning = process.emitWarning;
  process.emitWarning = () => {};
  try {
    const found: unknown = process.getBuiltinModule("node:sqlite");
    return isDriver(found) ? found : undefined;
  } finally {
    process.emitWarning = emitWarning;
  }
}

function packageDriver(): Driver {
  const found: unknown = nativePart() ?? createRequire(import.meta.url)("@photostructure/sqlite");
  if (isDriver(found)) return found;
  throw new Error("@photostructure/sqlite has no DatabaseSync");
}

/**
 * What the package comes down to, from where Node would find it. Its own way there, through descriptions and folders, takes a tenth of
 * what a list of a thousand skills does; it is left to cases that are out of the ordinary.
 */
function nativePart(): unknown {
  const { platform, arch } = process;
  const libc = platform === "linux" && existsSync("/etc/alpine-release") ? "musl" : "glibc";
  const file = `node_modules/@photostructure/sqlite/prebuilds/${platform}-${arch}/@photostructure+sqlite.${libc}.node`;
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const path = join(folder, file);
    if (existsSync(path)) return loaded(path);
    if (folder === dirname(folder)) return undefined;
  }
}

function loaded(path: string): unknown {
  const module = { exports: {} };
  try {
    process.dlopen(module, path);
    return module.exports;
  } catch {
    return undefined;
  }
}

function isDriver(found: unknown): found is Driver {
  return typeof found === "object" && found !== null && "DatabaseSync" in found && typeof found.DatabaseSync === "function";
}
