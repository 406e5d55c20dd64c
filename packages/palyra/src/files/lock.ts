/**
 * A lock between processes that dies with its holder: a SQLite file held by `BEGIN EXCLUSIVE` in rollback mode, on every
 * platform the same. The file stays empty and is never removed; nobody else may open it, since on POSIX closing any handle of a
 * file gives up the process's locks on it. Beside it `<file>.holder` says who has it, for messages only.
 */
import { chmodSync, constants, lstatSync, statSync } from "node:fs";
import { access, lstat } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { PalyraError } from "../errors.ts";
import { asIo, ifThere, io, systemCode } from "./io.ts";
import { ownFileProblem, readOwn, writeOwn } from "./own.ts";
import { type Database, openDatabase, sqliteResult } from "./sqlite.ts";

/** Milliseconds that a lock is waited for (spec 5.2). */
export const LOCK_TIMEOUT_MS = 30_000;

/** Of the lock and of the file that names its holder. */
const LOCK_MODE = 0o600;

/** Bytes of the holder's name at most. */
const HOLDER_BYTES = 200;

export interface LockOptions {
  /** Default `LOCK_TIMEOUT_MS`; 0 answers at once. */
  readonly timeoutMs?: number;
  /** What for, as others shall read it: `skills install`. */
  readonly purpose: string;
  /** Ends the waiting. */
  readonly signal?: AbortSignal;
}

/** Runs `action` while holding the lock; `LockTimeout` names who has it. The folder of the file must be there. */
export async function withLock<Result>(file: string, options: LockOptions, action: () => Promise<Result>): Promise<Result> {
  const held = await acquire(file, options);
  try {
    await nameHolder(file, options);
    return await action();
  } finally {
    held.close();
  }
}

/** The same where the lock is free; undefined, without waiting, where it is not. */
export async function withFreeLock<Result>(
  file: string,
  options: Omit<LockOptions, "timeoutMs">,
  action: () => Promise<Result>,
): Promise<Result | undefined> {
  const held = await tryOnce(file);
  if (held === undefined) return undefined;
  try {
    await nameHolder(file, options);
    return await action();
  } finally {
    held.close();
  }
}

/** Whether somebody holds it now; false where the file is not there. Leaves nothing behind, not even a holder's name. `Io`. */
export async function isHeld(file: string): Promise<boolean> {
  if ((await ifThere(() => io("lock", file, () => lstat(file)))) === undefined) return false;
  const held = await tryOnce(file);
  held?.close();
  return held === undefined;
}

// Polled, never blocked: who waits in SQLite holds up the whole process, a lock's holder in it included.
async function acquire(file: string, options: LockOptions): Promise<Database> {
  const started = performance.now();
  const timeoutMs = options.timeoutMs ?? LOCK_TIMEOUT_MS;
  for (let attempt = 1; ; attempt += 1) {
    options.signal?.throwIfAborted();
    const held = await tryOnce(file);
    if (held !== undefined) return held;
    const waited = Math.round(performance.now() - started);
    if (waited >= timeoutMs) throw await timedOut(file, waited);
    await sleep(pause(attempt));
  }
}

/** Milliseconds between attempts: short at first, and not the same for all who wait. */
function pause(attempt: number): number {
  return Math.min(5 * attempt, 40) + ((process.pid * 7 + attempt * 13) % 10);
}

async function tryOnce(file: string): Promise<Database | undefined> {
  refuseForeign(file);
  let database: Database | undefined;
  try {
    database = openDatabase(file, { busyTimeoutMs: 0 });
    closeToOthers(file);
    // No file for a rollback: nothing is ever written, so that one beside the lock is none of ours.
    database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    return database;
  } catch (error) {
    database?.close();
    if (sqliteResult(error) === "busy") return undefined;
    throw await unusable(file, error);
  }
}

/**
 * What is no lock of ours SQLite must not see: through a link it makes and changes files elsewhere, and by a journal beside the file it
 * rolls back, and deletes the file that the journal names (T25). By the name again; nothing but ours may write in the folder.
 */
function refuseForeign(file: string): void {
  for (const path of [file, `${file}-journal`, `${file}-wal`]) {
    let problem: string | undefined;
    try {
      const found = lstatSync(path, { throwIfNoEntry: false });
      problem = found && (ownFileProblem(found) ?? (found.size === 0 ? undefined : "it is not empty, so it is no lock"));
    } catch (error) {
      throw asIo("lock", path, error);
    }
    if (problem !== undefined) throw new PalyraError("Io", { action: "lock", file: path, code: problem });
  }
}

/** Whoever can open a lock can hold it. By the file's name, since a handle of ours would give the lock up; SQLite makes it 0644. */
function closeToOthers(file: string): void {
  if (process.platform === "win32") return;
  try {
    if ((statSync(file).mode & 0o077) !== 0) chmodSync(file, LOCK_MODE);
  } catch {}
}

async function nameHolder(file: string, { purpose }: Pick<LockOptions, "purpose">): Promise<void> {
  await writeOwn(holderFile(file), `${process.pid} (${purpose})`, LOCK_MODE).catch(() => {});
}

// The system's own reason says more than SQLite's. The file itself is only asked about, not opened: see above.
async function unusable(file: string, error: unknown): Promise<unknown> {
  for (const path of [dirname(file), file]) {
    try {
      await access(path, constants.W_OK);
    } catch (denied) {
      if (systemCode(denied) !== "ENOENT" || path !== file) return asIo("lock", file, denied);
    }
  }
  const result = sqliteResult(error);
  return result === undefined ? error : new PalyraError("Io", { action: "lock", file, code: result }, { cause: error });
}

async function timedOut(file: string, waited: number): Promise<PalyraError> {
  const read = await readOwn(holderFile(file), HOLDER_BYTES).catch(() => undefined);
  const holder = read?.ok === true ? Buffer.from(read.bytes).toString("utf8") : "";
  return new PalyraError("LockTimeout", { file, waited_ms: waited, ...(holder === "" ? {} : { holder }) });
}

function holderFile(file: string): string {
  return `${file}.holder`;
}
