import type { JsonObject } from "palyra-skills/encoding";
import type { TrustDocuments } from "./change.ts";

/** One thing that the trust files say, in the words of `trust-constraints.json` and the store; `detail` makes it the one it is. */
export interface TrustFact {
  readonly kind:
    | "trusted"
    | "first_seen"
    | "revoked"
    | "revoked_payload"
    | "rotation"
    | "limit"
    | "registry_key"
    | "owner"
    | "revocation_list";
  /** A publisher, a registry, a skill id, the issuer of a list; of a payload its digest. */
  readonly subject: string;
  readonly detail: string;
}

export interface TrustDifference {
  readonly added: readonly TrustFact[];
  readonly removed: readonly TrustFact[];
}

/** What one says and the other does not. */
export function differenceOf(before: TrustDocuments, after: TrustDocuments): TrustDifference {
  const [old, next] = [factsOf(before), factsOf(after)];
  const keyOf = (fact: TrustFact): string => JSON.stringify([fact.kind, fact.subject, fact.detail]);
  const [had, has] = [new Set(old.map(keyOf)), new Set(next.map(keyOf))];
  return { added: next.filter((fact) => !had.has(keyOf(fact))), removed: old.filter((fact) => !has.has(keyOf(fact))) };
}

function factsOf({ store, constraints }: TrustDocuments): readonly TrustFact[] {
  const told = (values: JsonObject): string => JSON.stringify(values);
  return [
    ...[...store.trusted].flatMap(([subject, keys]) => keys.map((detail) => ({ kind: "trusted", subject, detail }) as const)),
    ...[...store.pinned].map(([subject, detail]) => ({ kind: "first_seen", subject, detail }) as const),
    ...constraints.revoked.map(
      ({ publisher, ...rest }) => ({ kind: "revoked", subject: publisher, detail: told(rest) }) as const,
    ),
    ...constraints.revoked_payloads.map(
      ({ payload_sha256, ...rest }) => ({ kind: "revoked_payload", subject: payload_sha256, detail: told(rest) }) as const,
    ),
    ...constraints.rotations.map(
      ({ publisher, ...rest }) => ({ kind: "rotation", subject: publisher, detail: told(rest) }) as const,
    ),
    ...constraints.keys.map(
      ({ publisher, ...rest }) => ({ kind: "limit", subject: publisher, detail: told({ ...rest }) }) as const,
    ),
    ...[...constraints.registry_keys].flatMap(([subject, keys]) =>
      keys.map((detail) => ({ kind: "registry_key", subject, detail }) as const),
    ),
    ...[...constraints.owners].map(([subject, detail]) => ({ kind: "owner", subject, detail }) as const),
    ...constraints.revocation_lists.map(
      ({ issuer, ...rest }) => ({ kind: "revocation_list", subject: issuer, detail: told({ ...rest }) }) as const,
    ),
  ];
}
