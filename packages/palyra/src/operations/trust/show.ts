import { type RevokedKey, revocationOfKey, rotationOf } from "palyra-skills/trust";
import * as v from "valibot";
import { checkStateRoot } from "../../lifecycle/state-root.ts";
import { readHomeTrust, trustPlace } from "../../lifecycle/trust-place.ts";
import { decidingOf } from "../../trust/index.ts";
import { operation } from "../operation.ts";
import { type AffectedSkill, installedWhere, keyIdOf, type ShownLimit, shownLimits } from "./key-state.ts";
import { publisher } from "./shared.ts";

export interface TrustShowDocument {
  readonly trust_store: string;
  readonly publisher: string;
  /** Whether what a key signs can be trusted at all: a listed key counts before a remembered one (spec 3.2). */
  readonly keys: readonly ShownKey[];
  /** The last rotation statement that was seen here; null: none. */
  readonly rotation: { readonly sequence: number; readonly statement_sha256: string; readonly frozen: boolean } | null;
  /** Skill ids that belong to it. */
  readonly owns: readonly string[];
  /** Installed versions that name it as their publisher. */
  readonly installed: readonly AffectedSkill[];
}

export interface ShownKey {
  readonly public_key: string;
  readonly key_id: string;
  /** `none`: known here only because it is revoked or limited. */
  readonly trusted_as: "listed" | "first_seen" | "none";
  /** `list`: the issuer of the list that says so; null: an operator did. */
  readonly revoked: { readonly reason: string; readonly revoked_at_unix_ms: number; readonly list: string | null } | null;
  /** All of them hold together. */
  readonly limits: readonly ShownLimit[];
}

export const show = operation({
  input: v.strictObject({ publisher }),
  positional: ["publisher"],
  places: ["skillsDir", "trustStore"],
  examples: ["skills trust show acme", "skills trust show acme --json"],
  notes: "All that is known here of one publisher: its keys, which of them are revoked or limited, and what is installed of it.",
  errors: ["Serialization", "TrustStoreChanged", "VaultUnavailable", "IndexInvalid", "UnsafeStateRoot", "Io"],
  run: async ({ home }, { publisher }, call): Promise<TrustShowDocument> => {
    await checkStateRoot(home); // T25: what others can write says nothing of whom we trust.
    const { store, constraints } = await decidingOf(trustPlace(home), await readHomeTrust(home, call), call.now);
    const listed = store.trusted.get(publisher) ?? [];
    const pinned = store.pinned.get(publisher);
    const limited = constraints.keys.filter((scope) => scope.publisher === publisher);
    const revoked = constraints.revoked.filter((each) => each.publisher === publisher);
    const all = [
      ...listed,
      ...(pinned === undefined ? [] : [pinned]),
      ...[...limited, ...revoked].map((each) => each.public_key),
    ];
    const keys = [...new Set(all)].map((public_key): ShownKey => {
      const revocation = revocationOfKey(constraints, public_key);
      return {
        public_key,
        key_id: keyIdOf(public_key, home.platform),
        trusted_as: listed.includes(public_key) ? "listed" : pinned === public_key ? "first_seen" : "none",
        revoked: revocation ? shownRevocation(revocation) : null,
        limits: shownLimits(constraints, publisher, public_key),
      };
    });
    const rotation = rotationOf(constraints, publisher);
    return {
      trust_store: home.places.trustStore,
      publisher,
      keys,
      rotation: rotation
        ? { sequence: rotation.sequence, statement_sha256: rotation.statement_sha256, frozen: rotation.frozen }
        : null,
      owns: [...constraints.owners].filter(([, owner]) => owner === publisher).map(([skillId]) => skillId),
      installed: await installedWhere(home.places.skillsRoot, (entry) => entry.publisher === publisher),
    };
  },
});

function shownRevocation({ reason, revoked_at_unix_ms, list }: RevokedKey): ShownKey["revoked"] {
  return { reason, revoked_at_unix_ms, list: list ?? null };
}
