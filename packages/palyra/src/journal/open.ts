/** Opening a journal: to write or to read, by a connection that is kept, or as what nobody changes. */
import { open, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { PalyraError } from "../errors.ts";
import { type Database, ifThere, makeFolder, openDatabase, sqliteResult, syncFolder, systemCode } from "../files/index.ts";
import { type JournalConnections, type Leased, ownPlaceOf } from "./connections.ts";
import { fault } from "./faults.ts";
import type { Journal, OpenJournal } from "./journal.ts";
import { readTables } from "./schema.ts";
import { BUSY_TIMEOUT_MS, SqliteJournal } from "./sqlite.ts";
import { stillnessOf } from "./still.ts";

/**
 * Opens the journal in a file. With `create` it is made, folders and tables included, where it is missing; without, a missing file is
 * undefined and nothing is made. `JournalUnavailable`: it cannot be opened, is no journal or a newer release's; `LockTimeout`.
 */
export async function openJournal(file: string, options: Extract<OpenJournal, { create: false }>): Promise<Journal | undefined>;
export async function openJournal(file: string, options: Extract<OpenJournal, { create: true }>): Promise<Journal>;
export async function openJournal(file: string, options: OpenJournal): Promise<Journal | undefined> {
  try {
    const { connections } = options;
    if (connections !== undefined) await connections.settle(file);
    if (options.create) {
      const { auditFile, heads } = options;
      const more = { auditFile: resolve(auditFile), ...(heads && { heads }) };
      const kept = connections?.lease(file);
      // Prepared when it was opened; what is in it each transaction looks at.
      if (kept !== undefined) return new SqliteJournal(file, { ...more, leased: kept });
      return await prepared(new SqliteJournal(file, { ...more, ...(await openToWrite(file, connections)) }), true);
    }
    const kept = options.shared === true ? connections?.lease(file) : undefined;
    if (kept !== undefined) return new SqliteJournal(file, { leased: kept });
    if (!(await ifThere(() => stat(file)))) return undefined;
    if (options.untouched === true) return await prepared(new SqliteJournal(file, { still: stillnessOf(file) }), false);
    return await openToRead(file);
  } catch (error) {
    throw fault(file, error);
  }
}

async function openToWrite(file: string, connections: JournalConnections | undefined): Promise<{ readonly leased?: Leased }> {
  await makeFile(file);
  // One that is empty gets its tables first, and with them the files that SQLite has beside it.
  if (connections === undefined || (await stat(file)).size === 0) return {};
  const own = ownPlaceOf(file);
  const guard = openDatabase(file, { busyTimeoutMs: BUSY_TIMEOUT_MS, readOnly: true });
  let database: Database | undefined;
  try {
    database = openDatabase(file, { busyTimeoutMs: BUSY_TIMEOUT_MS, keepsStatements: true });
    // Now, so that what SQLite has beside the file is there, and both are at it.
    for (const each of [database, guard]) readTables(each);
  } catch (error) {
    await database?.letGo();
    for (const each of [database, guard]) each?.close();
    throw error;
  }
  return { leased: connections.keep(file, own, { database, guard }) };
}

/**
 * Opened for writing by readers too: the last connection to close then clears away the files of WAL mode. Where that right is not there
 * (a backup, a read-only disk, somebody else's file), without it.
 */
async function openToRead(file: string): Promise<Journal> {
  try {
    return await prepared(new SqliteJournal(file), false);
  } catch (error) {
    if (!isWithoutRight(error)) throw error;
  }
  try {
    return await prepared(new SqliteJournal(file, { readOnly: true }), false);
  } catch (error) {
    if (!isWithoutRight(error)) throw error;
    // SQLite reads a file in WAL mode only where it may write beside it, but for one that nobody changes.
    return prepared(new SqliteJournal(file, { still: stillnessOf(file) }), false);
  }
}

async function prepared(journal: SqliteJournal, create: boolean): Promise<Journal> {
  try {
    await journal.prepare(create);
    return journal;
  } catch (error) {
    await journal.close();
    throw error;
  }
}

/** As the driver says it, or as this file has told it on already. */
function isWithoutRight(error: unknown): boolean {
  const cause = error instanceof PalyraError ? error.cause : error;
  return ["read_only", "cannot_open"].includes(sqliteResult(cause) ?? "");
}

/** An empty file of mode 0600, whose name survives a power loss. SQLite gives its companions the same mode. */
async function makeFile(file: string): Promise<void> {
  await makeFolder(dirname(file), 0o700);
  try {
    await (await open(file, "wx", 0o600)).close();
    await syncFolder(dirname(file));
  } catch (error) {
    if (systemCode(error) !== "EEXIST") throw error;
  }
}
