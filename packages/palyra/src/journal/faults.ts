/** What the driver and the system say, as the journal's errors. */
import { PalyraError } from "../errors.ts";
import { sqliteResult, systemCode } from "../files/index.ts";

const PROBLEMS = {
  busy: "another process is using it",
  read_only: "it is read-only",
  io: "it cannot be read or written",
  corrupt: "it is damaged",
  full: "the disk is full",
  cannot_open: "it cannot be opened",
  constraint: "it refused what was to be written",
  not_a_database: "it is no SQLite file",
  other: "SQLite cannot use it",
} as const;

/** `JournalUnavailable`, with its cause; what is none of theirs as it is. */
export function fault(file: string, error: unknown): unknown {
  const result = sqliteResult(error);
  if (result !== undefined) return new PalyraError("JournalUnavailable", { file, problem: PROBLEMS[result] }, { cause: error });
  const code = systemCode(error);
  if (code !== undefined) return new PalyraError("JournalUnavailable", { file, problem: code }, { cause: error });
  return error;
}
