/** One daemon a state root: a lock that dies with its holder (spec 8). */
import { PalyraError } from "../errors.ts";
import { io, makeFolder, withLock } from "../files/index.ts";
import { checkFolder } from "../lifecycle/state-root.ts";
import { readRunFile, runFolder, runLockOf } from "../run-file/index.ts";

/** Milliseconds: a command that looks whether a daemon is there holds the lock for a moment. */
const PATIENCE_MS = 1_000;

/** Runs `serve` as the only daemon of this state root, whose folder is there. `DaemonRunning`, `UnsafeStateRoot`, `Io`. */
export async function asOnlyDaemon<Result>(stateRoot: string, serve: () => Promise<Result>): Promise<Result> {
  const folder = runFolder(stateRoot);
  await io("use the folder", folder, () => makeFolder(folder, 0o700));
  await checkFolder(folder);
  try {
    return await withLock(runLockOf(stateRoot), { timeoutMs: PATIENCE_MS, purpose: "palyrad" }, serve);
  } catch (error) {
    if (!(error instanceof PalyraError) || error.code !== "LockTimeout" || !isOf(error.details, runLockOf(stateRoot)))
      throw error;
    const run = await readRunFile(stateRoot);
    throw new PalyraError("DaemonRunning", {
      state_root: stateRoot,
      holder: holderOf(error.details) ?? (run === undefined ? null : String(run.pid)),
      url: run?.url ?? null,
    });
  }
}

function isOf(details: object, file: string): boolean {
  return "file" in details && details.file === file;
}

/** The process's number, as the lock names its holder. */
function holderOf(details: object): string | undefined {
  const text = "holder" in details && typeof details.holder === "string" ? details.holder : "";
  return /^\d+/.exec(text)?.[0];
}
