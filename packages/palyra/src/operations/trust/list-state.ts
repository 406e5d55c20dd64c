import type { FollowedList } from "palyra-skills/trust";
import type { Home } from "../../lifecycle/home.ts";
import type { KnownList } from "../../trust/index.ts";
import { type AffectedSkill, installedWhere, keyIdOf } from "./key-state.ts";

/** A revocation list that is followed, as it is here. Null: not fetched yet, or what is here cannot be used. */
export interface ShownList {
  readonly issuer: string;
  readonly source: string;
  readonly public_keys: readonly string[];
  readonly ca_cert: string | null;
  readonly grace_ms: number;
  readonly when_stale: FollowedList["when_stale"];
  readonly standing: KnownList["standing"];
  /** Of one that is unusable. */
  readonly problem: string | null;
  readonly sequence: number | null;
  readonly fetched_at_unix_ms: number | null;
  readonly issued_at_unix_ms: number | null;
  readonly expires_at_unix_ms: number | null;
  /** How many it revokes. */
  readonly keys: number | null;
  readonly payloads: number | null;
}

export function shownList({ followed, record, terms, standing, fault }: KnownList): ShownList {
  const { issuer, source, public_keys, ca_cert = null, grace_ms, when_stale } = followed;
  return {
    ...{ issuer, source, public_keys, ca_cert, grace_ms, when_stale, standing },
    problem: fault?.problem ?? null,
    sequence: record?.sequence ?? null,
    fetched_at_unix_ms: record?.fetched_at_unix_ms ?? null,
    issued_at_unix_ms: terms?.issued_at_unix_ms ?? null,
    expires_at_unix_ms: terms?.expires_at_unix_ms ?? null,
    keys: terms?.keys.length ?? null,
    payloads: terms?.payloads.length ?? null,
  };
}

/** Installed versions that these lists revoke, by what the index says of them. `IndexInvalid`, `Io`. */
export async function revokedByLists(home: Home, lists: readonly KnownList[]): Promise<readonly AffectedSkill[]> {
  const terms = lists.flatMap((list) => list.terms ?? []);
  const keys = new Set(terms.flatMap((each) => each.keys.map(({ public_key }) => keyIdOf(public_key, home.platform))));
  const payloads = new Set(terms.flatMap((each) => each.payloads.map(({ payload_sha256 }) => payload_sha256)));
  return installedWhere(
    home.places.skillsRoot,
    ({ signature_key_id, payload_sha256 }) => keys.has(signature_key_id) || payloads.has(payload_sha256),
  );
}
