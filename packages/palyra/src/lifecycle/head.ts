import type { Call } from "../call.ts";
import type { PalyraError } from "../errors.ts";
import type { Journal } from "../journal/index.ts";

/** Keeps where the journal ends (spec 5.3), once a command has written all that it writes, and says why it could not. */
export async function keepHead(journal: Journal, call: Pick<Call, "warn">): Promise<void> {
  const problem = await journal.keepHead();
  if (problem !== undefined) call.warn(warningOf(problem));
}

function warningOf({ code, details }: PalyraError): string {
  if (code === "JournalChainBroken" && "recorded" in details && details.recorded === null)
    return "No head of this journal is kept in the vault: it was moved or restored, or the vault was made anew. What was written now stands, and nothing is freed or started until that is settled: palyra skills journal verify says more.";
  return code === "JournalChainBroken"
    ? "The journal is not what the vault has kept of it. What was written now stands, and nothing is freed or started until that is settled: palyra skills journal verify says more."
    : `Where the journal ends could not be kept in the vault (${code}): the next command that writes tries again.`;
}
