import * as v from "valibot";
import { PalyraError } from "../../errors.ts";
import { acceptTrustChanges, lookTrustChanges, type TrustChanges } from "../../lifecycle/accept-trust.ts";
import type { Digests, TrustFact } from "../../trust/index.ts";
import { flag } from "../field.ts";
import { operation } from "../operation.ts";
import { safe } from "../wording/safe.ts";
import { TRUST_ERRORS } from "./shared.ts";

export interface AcceptChangesDocument {
  readonly trust_store: string;
  /** False: the files are what is recorded, and nothing was written. */
  readonly changed: boolean;
  /** SHA-256 of each file, null where there is none; null as a whole where nothing was recorded. */
  readonly recorded: Digests | null;
  readonly actual: Digests;
  /** False: what the files said before is not known, and `added` is all that they say now. */
  readonly compared: boolean;
  readonly added: readonly TrustFact[];
  readonly removed: readonly TrustFact[];
}

export const acceptChanges = operation({
  input: v.strictObject({ yes: flag("Accept them without being asked") }),
  places: ["skillsDir", "trustStore"],
  examples: ["skills trust accept-changes", "skills trust accept-changes --yes --json"],
  notes:
    "Shows what was changed in the trust store since this system last wrote it, asks, and from then on holds the files against what they are now. Where nobody can be asked, --yes says yes.",
  errors: [...TRUST_ERRORS, "Declined"],
  run: async ({ home }, { yes }, call): Promise<AcceptChangesDocument> => {
    const seen = await lookTrustChanges(home);
    const { recorded, actual, compared, difference } = seen;
    const document = { trust_store: home.places.trustStore, changed: seen.changed, recorded, actual, compared, ...difference };
    if (!seen.changed) return document;
    if (!yes) {
      if (call.ask === undefined)
        throw new PalyraError("Usage", { problem: "nobody can be asked here, and --yes is missing", hint: hintOf(seen) });
      const question = { context: changeLines(seen), question: "Trust what these files say now?" };
      if (!(await call.ask(question))) throw new PalyraError("Declined", { what: "the change of the trust store" });
    } else call.tell?.(changeLines(seen));
    if (await acceptTrustChanges(home, seen, call)) return document;
    throw new PalyraError("Declined", { what: "the change of the trust store, which changed again meanwhile," });
  },
});

const hintOf = ({ difference }: TrustChanges): string =>
  `on a terminal it is shown first; with --yes ${difference.added.length} facts come and ${difference.removed.length} go`;

/** `+ trusted acme <key>`, ready for a terminal (T20). */
export function factLines({ added, removed }: TrustChanges["difference"]): string[] {
  const line = (sign: string) => (fact: TrustFact) =>
    `  ${sign} ${fact.kind.replace("_", " ")}  ${safe(fact.subject)}  ${safe(fact.detail)}`;
  return [...added.map(line("+")), ...removed.map(line("-"))];
}

/** What changed since the files were recorded. */
function changeLines({ difference, compared }: Pick<TrustChanges, "difference" | "compared">): string[] {
  return [
    compared ? "Since this system last wrote the trust store" : "What the trust store says; what it said before is not known",
    ...factLines(difference),
    ...(difference.added.length + difference.removed.length === 0 ? ["  nothing but the form of the files is another"] : []),
  ];
}
