import * as v from "valibot";
import { PalyraError } from "../../errors.ts";
import type { Head } from "../../journal/index.ts";
import { acceptJournal, type HeadLook, lookHead } from "../../lifecycle/journal-head.ts";
import { flag } from "../field.ts";
import { operation } from "../operation.ts";
import { HEAD_ERRORS } from "./named-head.ts";

export interface AcceptHeadDocument {
  readonly journal: string;
  /** False: the chain leads through what is kept, and nothing was written. */
  readonly changed: boolean;
  /** What the vault had kept; null: nothing. */
  readonly recorded: Head | null;
  /** Where the journal ended. */
  readonly actual: Head;
  /** What is kept now: of the event that says so. */
  readonly head: Head | null;
}

export const acceptHead = operation({
  input: v.strictObject({ yes: flag("Accept it without being asked") }),
  places: ["skillsDir"],
  examples: ["skills journal accept-head", "skills journal accept-head --yes --json"],
  notes:
    "For a journal that is not the one the vault has kept the head of: restored from a backup, moved to another place, or begun anew. Shows both, asks, and from then on holds the journal against what it is now. Look with skills list first: what was stopped by an event that is gone may be active in it. Where nobody can be asked, --yes says yes.",
  errors: [...HEAD_ERRORS, "LockTimeout", "Declined"],
  run: async ({ home }, { yes }, call): Promise<AcceptHeadDocument> => {
    const seen = await lookHead(home);
    const { changed, recorded, actual } = seen;
    const document = { journal: home.places.journal, changed, recorded, actual };
    if (!changed) return { ...document, head: recorded };
    if (!yes) {
      if (call.ask === undefined)
        throw new PalyraError("Usage", {
          problem: "nobody can be asked here, and --yes is missing",
          hint: headLines(seen).join("; "),
        });
      if (!(await call.ask({ context: headLines(seen), question: "Take this journal for the true one?" })))
        throw new PalyraError("Declined", { what: "this journal" });
    } else call.tell?.(headLines(seen));
    const head = await acceptJournal(home, seen, call);
    if (head === undefined) throw new PalyraError("Declined", { what: "the journal, which changed again meanwhile," });
    return { ...document, head };
  },
});

/** Ready for a terminal: numbers and hashes. */
function headLines({ recorded, actual }: Pick<HeadLook, "recorded" | "actual">): string[] {
  return [
    recorded === null ? "kept in the vault: nothing" : `kept in the vault: event ${recorded.seq}, ${recorded.hash}`,
    `the journal ends: event ${actual.seq}, ${actual.hash}`,
    whatIsGone(recorded, actual),
  ];
}

function whatIsGone(recorded: Head | null, actual: Head): string {
  if (recorded === null) return "whether events are gone is not known: what they stopped may be active again";
  const gone = recorded.seq - actual.seq;
  // As long as it was, or longer: it was written anew, and nobody knows from which event on.
  if (gone <= 0)
    return `event ${recorded.seq} is another now, and so may be those before it: what they stopped may be active again`;
  return `${gone} ${gone === 1 ? "event is" : "events are"} gone, and what they stopped may be active again`;
}
