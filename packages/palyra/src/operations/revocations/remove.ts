import type { FollowedList } from "palyra-skills/trust";
import * as v from "valibot";
import { PalyraError } from "../../errors.ts";
import { decideTrustChange, readHomeTrust } from "../../lifecycle/index.ts";
import { unfollowList } from "../../lifecycle/revocation-lists.ts";
import { checkStateRoot } from "../../lifecycle/state-root.ts";
import { operation } from "../operation.ts";
import { TRUST_ERRORS } from "../trust/shared.ts";
import { issuer, listKey } from "./shared.ts";

export interface RevocationsRemoveDocument {
  readonly trust_store: string;
  /** False: it was not followed, or that key signed it not. */
  readonly changed: boolean;
  readonly issuer: string;
  /** Keys that may sign it still; none: it is not followed. */
  readonly public_keys: readonly string[];
}

export const remove = operation({
  input: v.strictObject({ issuer, publicKey: v.optional(listKey) }),
  positional: ["issuer", "publicKey"],
  places: ["skillsDir", "trustStore"],
  examples: ["skills trust revocations remove acme-security", "skills trust revocations remove acme-security <64 hex digits>"],
  notes:
    "Follows a list no more: what it alone revoked is no longer refused. With a KEY only that key signs it no more; a list that it signed is then not believed until a newer one is fetched.",
  errors: TRUST_ERRORS,
  run: async ({ home }, { issuer, publicKey }, call): Promise<RevocationsRemoveDocument> => {
    await checkStateRoot(home);
    const document = (changed: boolean, public_keys: readonly string[]): RevocationsRemoveDocument => ({
      ...{ trust_store: home.places.trustStore, changed, issuer, public_keys },
    });
    if (publicKey === undefined) return document((await unfollowList(home, issuer, call)).changed, []);
    const keysOf = (lists: readonly FollowedList[]): readonly string[] =>
      lists.find((list) => list.issuer === issuer)?.public_keys ?? [];
    const before = (await readHomeTrust(home, call)).constraints.revocation_lists;
    if (keysOf(before).length === 1 && keysOf(before).includes(publicKey))
      throw new PalyraError("Usage", {
        problem: `${publicKey} is the last key of ${issuer}`,
        hint: `to follow the list no more: palyra skills trust revocations remove ${issuer}`,
      });
    const { state, changed } = await decideTrustChange(
      home,
      "revocations",
      ({ constraints }) => {
        const list = constraints.revocation_lists.find((each) => each.issuer === issuer);
        const public_keys = list?.public_keys.filter((key) => key !== publicKey) ?? [];
        return list === undefined || public_keys.length === 0 ? undefined : { do: "follow_list", list: { ...list, public_keys } };
      },
      call,
    );
    return document(changed, keysOf(state.constraints.revocation_lists));
  },
});
