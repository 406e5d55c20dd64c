import * as v from "valibot";
import type { ChainSummary } from "../../journal/index.ts";
import { checkStateRoot } from "../../lifecycle/state-root.ts";
import { operation } from "../operation.ts";

export interface JournalVerifyDocument {
  readonly journal: string;
  readonly intact: true;
  readonly events: number;
  /** Hash of the last event, 64 hex digits; zeros where there is none. */
  readonly head: string;
}

export const verify = operation({
  input: v.strictObject({}),
  examples: ["skills journal verify"],
  notes:
    "Walks the whole chain of hashes. It shows damage; whoever can rewrite the file can also rewrite the chain, so keep the head elsewhere.",
  errors: ["JournalUnavailable", "JournalChainBroken", "UnsafeStateRoot", "Io"],
  run: async ({ home }, _input, call): Promise<JournalVerifyDocument> => {
    await checkStateRoot(home); // T25
    const file = home.places.journal;
    call.progress("walking the chain");
    const journal = await home.openJournal(file, { create: false });
    if (journal === undefined) return { journal: file, intact: true, ...EMPTY };
    try {
      const { events, head } = await journal.verifyChain();
      return { journal: file, intact: true, events, head };
    } finally {
      await journal.close();
    }
  },
});

const EMPTY: ChainSummary = { events: 0, head: "0".repeat(64) };
