/**
 * A journal that can only be read as a file that nobody changes: SQLite then looks at no lock and at no other file. So what it must not
 * miss is looked at here: a change that waits in `-wal` or `-journal` may be a quarantine.
 */
import { realpathSync, statSync } from "node:fs";
import { PalyraError } from "../errors.ts";

/** Proof that a file had nothing waiting beside it when it was opened. */
export interface Stillness {
  /** Throws `JournalUnavailable` where the file has changed since, or something waits beside it now. */
  check(): void;
}

/** Throws `JournalUnavailable` where a change waits beside the file. */
export function stillnessOf(named: string): Stillness {
  // Through links: what waits lies beside the file itself.
  const file = realpathSync(named);
  refuseWaiting(file);
  const before = fingerprint(file);
  return {
    check: () => {
      refuseWaiting(file);
      if (fingerprint(file) === before) return;
      throw new PalyraError("JournalUnavailable", {
        file,
        problem: "it is read-only here, and somebody else changed it meanwhile",
      });
    },
  };
}

function refuseWaiting(file: string): void {
  for (const suffix of ["-wal", "-journal"]) {
    if ((statSync(file + suffix, { throwIfNoEntry: false })?.size ?? 0) === 0) continue;
    const problem = `it is read-only here, and the ${suffix} file beside it holds changes that cannot be read so`;
    throw new PalyraError("JournalUnavailable", { file, problem });
  }
}

function fingerprint(file: string): string {
  const { size, mtimeMs, ino } = statSync(file);
  return `${ino}:${size}:${mtimeMs}`;
}
