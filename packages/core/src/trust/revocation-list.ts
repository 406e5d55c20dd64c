import { SkillError } from "../errors.ts";
import type { RevocationListTerms, VerifiedRevocationList } from "../signature/index.ts";
import type { FollowedList, RevokedKey, RevokedPayload, TrustConstraints } from "./constraints.ts";

/** The newest list of an issuer that was seen here, by its number and its name. */
export interface SeenList {
  readonly sequence: number;
  /** Of its message; 64 lower-case hex digits. */
  readonly sha256: string;
}

/**
 * What a list that came in is, beside the one that was seen last: a newer one, or the very same. A publisher's key, listed or not, signs
 * none: whoever may sign an issuer's list was said by an operator (spec 3.4).
 * @throws SkillError `RevocationListRefused`, `RevocationListRolledBack`, `ConflictingRevocationList`
 */
export function decideList({ terms, sha256 }: VerifiedRevocationList, followed: FollowedList, seen?: SeenList): "new" | "same" {
  const { issuer, public_keys } = followed;
  if (terms.issuer !== issuer) throw new SkillError("RevocationListRefused", { issuer, problem: "it is another issuer's" });
  if (!public_keys.includes(terms.signer_public_key))
    throw new SkillError("RevocationListRefused", { issuer, problem: "its signer may not sign this list" });
  if (seen === undefined || terms.sequence > seen.sequence) return "new";
  // Older revocations would free what newer ones refuse. Spec 7.
  if (terms.sequence < seen.sequence)
    throw new SkillError("RevocationListRolledBack", { issuer, sequence: terms.sequence, seen: seen.sequence });
  if (sha256 !== seen.sha256) throw new SkillError("ConflictingRevocationList", { issuer, sequence: terms.sequence });
  return "same";
}

/** `expired`: a newer one was to be had, and the grace is not over; `stale`: it is. `now`: the host's time, milliseconds since 1970. */
export function freshnessOf(
  { expires_at_unix_ms }: Pick<RevocationListTerms, "expires_at_unix_ms">,
  { grace_ms }: Pick<FollowedList, "grace_ms">,
  now: number,
): "fresh" | "expired" | "stale" {
  if (now <= expires_at_unix_ms) return "fresh";
  return now - expires_at_unix_ms <= grace_ms ? "expired" : "stale";
}

/**
 * The constraints with all that lists revoke, for decisions: what an operator revoked first, then list by list. Nothing of it is written to
 * the file (`writeConstraints`).
 */
export function withLists(
  constraints: TrustConstraints,
  lists: readonly Pick<RevocationListTerms, "issuer" | "keys" | "payloads">[],
): TrustConstraints {
  if (lists.length === 0) return constraints;
  const keys = new Map<string, RevokedKey>();
  const payloads = new Map<string, RevokedPayload>();
  const add = <Value>(to: Map<string, Value>, id: string, value: Value): void => {
    if (!to.has(id)) to.set(id, value);
  };
  for (const each of constraints.revoked) add(keys, each.public_key, each);
  for (const each of constraints.revoked_payloads) add(payloads, each.payload_sha256, each);
  for (const { issuer, ...list } of lists) {
    for (const each of list.keys) add(keys, each.public_key, { ...each, list: issuer });
    for (const each of list.payloads) add(payloads, each.payload_sha256, { ...each, list: issuer });
  }
  return { ...constraints, revoked: [...keys.values()], revoked_payloads: [...payloads.values()] };
}

/** Follows a list, in place of what was followed of that issuer. By issuer. */
export function withFollowedList(constraints: TrustConstraints, list: FollowedList): TrustConstraints {
  const others = constraints.revocation_lists.filter(({ issuer }) => issuer !== list.issuer);
  const revocation_lists = [...others, list].sort((a, b) => (a.issuer < b.issuer ? -1 : 1));
  return { ...constraints, revocation_lists };
}

export function withoutFollowedList(constraints: TrustConstraints, issuer: string): TrustConstraints {
  return { ...constraints, revocation_lists: constraints.revocation_lists.filter((list) => list.issuer !== issuer) };
}
