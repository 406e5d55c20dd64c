import * as v from "valibot";
import type { Head } from "../../journal/index.ts";
import { unvouchedOf, verifyJournal } from "../../lifecycle/journal-head.ts";
import type { Unvouched } from "../../lifecycle/unvouched.ts";
import { text } from "../field.ts";
import { operation } from "../operation.ts";
import { HEAD_ERRORS, headProblem, namedHead } from "./named-head.ts";

export interface JournalVerifyDocument {
  readonly journal: string;
  readonly intact: true;
  readonly events: number;
  /** Hash of the last event, 64 hex digits; zeros where there is none. */
  readonly head: string;
  /** The head that the vault has kept, and that the chain leads through; null for a journal without events of which none is kept. */
  readonly recorded: Head | null;
  /** The one of `--head`, which it leads through as well; null without. */
  readonly compared: Head | null;
  /** Events behind the head that the vault has kept: the chain holds them, and nobody vouches for them. Null: there are none. */
  readonly unvouched: Unvouched | null;
}

export const verify = operation({
  input: v.strictObject({
    head: v.optional(
      text("FILE|SEQ:HASH", "Compare with a head that was exported: its file, or its number and hash", headProblem),
    ),
  }),
  examples: ["skills journal verify", "skills journal verify --head head.json"],
  notes:
    "Walks the whole chain of hashes, which must lead through the head that the vault has kept: a journal that was cut, rewritten or replaced by an older copy is refused. Events behind that head are told: a command that was killed leaves them, and so does whoever writes the file. Whoever can write the vault as well could bring both in line, so keep a head elsewhere now and then (journal export --head).",
  errors: [...HEAD_ERRORS, "Serialization"],
  run: async ({ home }, { head }, call): Promise<JournalVerifyDocument> => {
    const named = head === undefined ? undefined : await namedHead(head);
    call.progress("walking the chain");
    const verified = await verifyJournal(home, named === undefined ? [] : [named]);
    const { events, head: end, recorded } = verified;
    const compared = named === undefined ? null : { seq: named.seq, hash: named.hash };
    return {
      journal: home.places.journal,
      intact: true,
      events,
      head: end,
      recorded,
      compared,
      unvouched: await unvouchedOf(home, verified),
    };
  },
});
