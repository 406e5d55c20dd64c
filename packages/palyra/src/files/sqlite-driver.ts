/**
 * The one place that loads a SQLite driver: Node's own where it is there without a flag (22.13 and later), else `@photostructure/sqlite`, which
 * has the same interface. Loaded at the first use, not at start.
 */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** What SQLite stores. Integers are read as bigint, so that no row of another program can make a reader throw. */
export type SqlValue = null | bigint | number | string | Uint8Array;

interface FunctionOptions {
  readonly deterministic?: boolean;
  readonly varargs?: boolean;
  readonly useBigIntArguments?: boolean;
}
export interface DriverStatement {
  all(...values: SqlValue[]): unknown;
  run(...values: SqlValue[]): unknown;
  get(...values: SqlValue[]): unknown;
  setReadBigInts(reads: boolean): void;
  /** Node's own since 22.16. */
  setReturnArrays?(returns: boolean): void;
}
export interface DriverDatabase {
  exec(sql: string): void;
  prepare(sql: string): DriverStatement;
  function(name: string, options: FunctionOptions, body: (...values: SqlValue[]) => SqlValue): void;
  close(): void;
}
interface Driver {
  readonly DatabaseSync: new (path: string, options: { readonly readOnly: boolean }) => DriverDatabase;
}

let driver: LoadedDriver | undefined;

export interface LoadedDriver extends Driver {
  /** A database of its that is closed is closed, with what was prepared for it. */
  readonly isNodes: boolean;
}

export function loadDriver(): LoadedDriver {
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
