import * as v from "valibot";
import { PalyraError } from "../../errors.ts";
import { knownLists, type Refreshed, refreshLists } from "../../lifecycle/revocation-lists.ts";
import { checkStateRoot } from "../../lifecycle/state-root.ts";
import { operation } from "../operation.ts";
import type { AffectedSkill } from "../trust/key-state.ts";
import { revokedByLists, type ShownList, shownList } from "../trust/list-state.ts";
import { tellingOf } from "../wording/sentences.ts";
import { FETCH_ERRORS, issuer } from "./shared.ts";

export interface RefreshDocument {
  readonly trust_store: string;
  readonly lists: readonly RefreshedList[];
  /** Installed versions that they revoke. */
  readonly affected: readonly AffectedSkill[];
}

export interface RefreshedList extends ShownList {
  /** There was a newer one. */
  readonly changed: boolean;
  /** Why it could not be renewed; what is here counts until it is stale. */
  readonly error: { readonly code: string; readonly message: string } | null;
}

export const refresh = operation({
  input: v.strictObject({ issuer: v.optional(issuer) }),
  positional: ["issuer"],
  places: ["skillsDir", "trustStore"],
  examples: ["skills trust revocations refresh", "skills trust revocations refresh acme-security --json"],
  notes:
    "Fetches the lists that are followed, or one. Each must be signed by a key of its own and no older than the last; what fails leaves the list that is here. Exits with 1 where one failed. An install does it too, once an hour.",
  errors: FETCH_ERRORS,
  run: async ({ home }, { issuer }, call): Promise<RefreshDocument> => {
    await checkStateRoot(home);
    const outcomes = await refreshLists(home, call, issuer);
    if (issuer !== undefined && outcomes.length === 0)
      throw new PalyraError("Usage", {
        problem: `no list of ${issuer} is followed`,
        hint: "palyra skills trust revocations list shows which are",
      });
    const known = await knownLists(home, call);
    const lists = known.filter(({ followed }) => outcomes.some((outcome) => outcome.issuer === followed.issuer));
    return {
      trust_store: home.places.trustStore,
      lists: lists.map((each) => ({ ...shownList(each), ...outcomeOf(each.followed.issuer, outcomes) })),
      affected: await revokedByLists(home, lists),
    };
  },
  failed: ({ lists }) => lists.some(({ error }) => error !== null),
});

function outcomeOf(issuer: string, outcomes: readonly Refreshed[]): Pick<RefreshedList, "changed" | "error"> {
  const { changed, error } = outcomes.find((outcome) => outcome.issuer === issuer) ?? { changed: false };
  const telling = error === undefined ? undefined : tellingOf(error);
  return { changed, error: error === undefined ? null : { code: error.code, message: telling?.message ?? error.code } };
}
