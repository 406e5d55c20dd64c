import * as v from "valibot";
import { knownLists } from "../../lifecycle/revocation-lists.ts";
import { checkStateRoot } from "../../lifecycle/state-root.ts";
import { operation } from "../operation.ts";
import type { AffectedSkill } from "../trust/key-state.ts";
import { revokedByLists, type ShownList, shownList } from "../trust/list-state.ts";

export interface RevocationsDocument {
  readonly trust_store: string;
  readonly lists: readonly ShownList[];
  /** Installed versions that they revoke. */
  readonly affected: readonly AffectedSkill[];
}

export const list = operation({
  input: v.strictObject({}),
  places: ["skillsDir", "trustStore"],
  examples: ["skills trust revocations list", "skills trust revocations list --json"],
  notes: "The revocation lists that are followed, how fresh each is, and what is installed of what they revoke. Fetches nothing.",
  errors: ["Serialization", "TrustStoreChanged", "VaultUnavailable", "IndexInvalid", "UnsafeStateRoot", "Io"],
  run: async ({ home }, _input, call): Promise<RevocationsDocument> => {
    await checkStateRoot(home); // T25: what others can write revokes nothing.
    const lists = await knownLists(home, call);
    return { trust_store: home.places.trustStore, lists: lists.map(shownList), affected: await revokedByLists(home, lists) };
  },
});
