/** Whether a journal is the one whose head is kept (spec 5.3, T26): for all who transact, so nothing is loaded for it. */
import type { PalyraError } from "../errors.ts";
import { type Anchor, broken, type Head } from "./chain.ts";

/** `JournalChainBroken` where a journal that ends at `end` is not what is recorded of it. @param holds whether its chain has that event */
export function requireRecorded(recorded: Head | undefined, end: Head, holds: (head: Head) => boolean): void {
  if (recorded === undefined) {
    // Spec 5.3, T26: what lay there before we came may be anybody's, and so may be what lies there after the vault has gone.
    if (end.seq > 0) throw unrecorded(end);
  } else if (!holds(recorded)) throw notHeld(recorded, end);
}

export const IN_THE_VAULT = "in the vault";

export function notHeld(
  { seq, hash, kept = IN_THE_VAULT }: Head & Partial<Anchor>,
  end: Head,
): PalyraError<"JournalChainBroken"> {
  const problem =
    end.seq < seq
      ? `it is missing: the journal ends at event ${end.seq}, and the head that is kept ${kept} is event ${seq}`
      : `it is another than the one that is kept ${kept}`;
  return broken(seq, problem, { seq, hash });
}

export function unrecorded({ seq }: Head): PalyraError<"JournalChainBroken"> {
  return broken(seq, "no head of this journal is kept in the vault", null);
}
