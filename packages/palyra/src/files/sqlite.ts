/**
 * The one place that loads a SQLite driver: Node's own where it is there without a flag (22.13 and later), else
 * `@photostructure/sqlite`, which has the same interface. Loaded at the first use, not at start.
 */
import { createRequire } from "node:module";

/** What SQLite stores. Integers are read as bigint, so that no row of another program can make a reader throw. */
export type SqlValue = null | bigint | number | string | Uint8Array;
export interface SqlRow {
  readonly [column: string]: SqlValue | undefined;
}

export interface SqlStatement {
  run(...values: SqlValue[]): { readonly changes: number | bigint };
  get(...values: SqlValue[]): SqlRow | undefined;
  all(...values: SqlValue[]): SqlRow[];
  /** Row by row; the connection takes no other statement meanwhile that writes. */
  iterate(...values: SqlValue[]): Iterable<SqlRow>;
}

export interface Database {
  exec(sql: string): void;
  /** A statement whose integers come as bigint. */
  prepare(sql: string): SqlStatement;
  close(): void;
}

export interface OpenOptions {
  /** Opens an existing file without any right to change it. */
  readonly readOnly?: boolean;
  /** Milliseconds that a statement waits for another connection's lock; 0 answers at once. */
  readonly busyTimeoutMs?: number;
}

interface DriverStatement extends SqlStatement {
  setReadBigInts(on: boolean): void;
}
interface DriverDatabase {
  exec(sql: string): void;
  prepare(sql: string): DriverStatement;
  close(): void;
}
interface Driver {
  readonly DatabaseSync: new (path: string, options: { readonly readOnly: boolean }) => DriverDatabase;
}

/** Opens a database file. Throws the driver's error; `sqliteResult` tells what it means. */
export function openDatabase(path: string, options: OpenOptions = {}): Database {
  const { DatabaseSync } = loadDriver();
  const database = new DatabaseSync(path, { readOnly: options.readOnly === true });
  database.exec(`PRAGMA busy_timeout = ${Math.trunc(options.busyTimeoutMs ?? 0)}`);
  return {
    exec: (sql) => database.exec(sql),
    prepare: (sql) => {
      const statement = database.prepare(sql);
      statement.setReadBigInts(true);
      return statement;
    },
    close: () => database.close(),
  };
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

let driver: Driver | undefined;

function loadDriver(): Driver {
  driver ??= nodeDriver() ?? packageDriver();
  return driver;
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
  const found: unknown = createRequire(import.meta.url)("@photostructure/sqlite");
  if (isDriver(found)) return found;
  throw new Error("@photostructure/sqlite has no DatabaseSync");
}

function isDriver(found: unknown): found is Driver {
  return typeof found === "object" && found !== null && "DatabaseSync" in found && typeof found.DatabaseSync === "function";
}
