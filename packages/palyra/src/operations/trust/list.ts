import * as v from "valibot";
import { checkStateRoot } from "../../lifecycle/state-root.ts";
import { readHomeTrust, trustPlace } from "../../lifecycle/trust-place.ts";
import { decidingOf } from "../../trust/index.ts";
import { operation } from "../operation.ts";
import { type ShownLimit, shownLimit } from "./key-state.ts";

export interface TrustListDocument {
  readonly trust_store: string;
  /** Publisher -> public keys, 64 hex digits each. */
  readonly trusted_publishers: { readonly [publisher: string]: readonly string[] };
  /** Publisher -> the key it was first seen with. */
  readonly tofu_publishers: { readonly [publisher: string]: string };
  /** Public keys that are refused although they may be listed or remembered (spec 3.4): an operator's, and of those above a list's. */
  readonly revoked_keys: readonly string[];
  /** SHA-256 of payloads that are refused, whoever signed them. */
  readonly revoked_payloads: readonly string[];
  /** What keys are limited to, of one key all together. */
  readonly limits: readonly (ShownLimit & { readonly publisher: string; readonly public_key: string })[];
  /** Skill id -> the publisher that it belongs to (spec 3.4). */
  readonly owners: { readonly [skillId: string]: string };
}

export const list = operation({
  input: v.strictObject({}),
  places: ["trustStore"],
  examples: ["skills trust list", "skills trust list --json"],
  errors: ["Serialization", "TrustStoreChanged", "VaultUnavailable", "UnsafeStateRoot", "Io"],
  run: async ({ home }, _input, call): Promise<TrustListDocument> => {
    await checkStateRoot(home); // T25: what others can write says nothing of whom we trust.
    const { store, constraints } = await decidingOf(trustPlace(home), await readHomeTrust(home, call), call.now);
    const known = new Set([...[...store.trusted.values()].flat(), ...store.pinned.values()]);
    return {
      trust_store: home.places.trustStore,
      trusted_publishers: Object.fromEntries(store.trusted),
      tofu_publishers: Object.fromEntries(store.pinned),
      revoked_keys: constraints.revoked
        .filter(({ list, public_key }) => list === undefined || known.has(public_key))
        .map(({ public_key }) => public_key),
      revoked_payloads: constraints.revoked_payloads.filter(({ list }) => list === undefined).map((each) => each.payload_sha256),
      limits: constraints.keys.map((scope) => ({
        ...{ publisher: scope.publisher, public_key: scope.public_key },
        ...shownLimit(scope),
      })),
      owners: Object.fromEntries(constraints.owners),
    };
  },
});
