/** What the driver and the system say, as the journal's errors. */
import { PalyraError } from "../errors.ts";
import { sqliteResult, systemCode } from "../files/index.ts";
import { whyNot } from "./why-not.ts";

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

const ASKS_WHY: ReadonlySet<keyof typeof PROBLEMS> = new Set(["read_only", "io", "cannot_open"] as const);

/** `JournalUnavailable`, with its cause; what is none of theirs as it is. */
export function fault(file: string, error: unknown): unknown {
  const result = sqliteResult(error);
  if (result !== undefined) {
    const why = result === "full" ? "ENOSPC" : ASKS_WHY.has(result) ? whyNot(file) : undefined;
    const details = { file, problem: PROBLEMS[result], ...(why === undefined ? {} : { why }) };
    return new PalyraError("JournalUnavailable", details, { cause: error });
  }
  const code = systemCode(error);
  if (code !== undefined) return new PalyraError("JournalUnavailable", { file, problem: code }, { cause: error });
  return error;
}
