import { encodeUtf8 } from "palyra-skills/encoding";
import {
  type FollowedList,
  type KeyScope,
  parseConstraints,
  parseTrustStore,
  type Rotation,
  rotationOf,
  type TrustConstraints,
  type TrustStore,
  withFollowedList,
  withKeyLimit,
  withOwner,
  withoutFollowedList,
  withoutKeyLimits,
  withoutPin,
  withoutTrusted,
  withPin,
  withRevokedKey,
  withRevokedPayload,
  withRotation,
  withRotationRecord,
  withTrusted,
} from "palyra-skills/trust";

/** One repeatable change of the trust store by a person; keys are 64 lower-case hex digits (spec 3.1). */
export type TrustChange =
  | { readonly do: "add"; readonly publisher: string; readonly key: string }
  /** Without a key: all keys of the publisher. */
  | { readonly do: "remove"; readonly publisher: string; readonly key?: string }
  /** Moves an existing pin, and lets a frozen publisher rotate again: only a person does that. */
  | { readonly do: "pin"; readonly publisher: string; readonly key: string }
  | { readonly do: "unpin"; readonly publisher: string }
  /** Revoked before stays as it was. `at_ms`: milliseconds since 1970. Spec 3.4. */
  | { readonly do: "revoke"; readonly publisher: string; readonly key: string; readonly reason: string; readonly at_ms: number }
  | { readonly do: "revoke_payload"; readonly payload_sha256: string; readonly reason: string; readonly at_ms: number }
  /** What a statement of both keys came to. */
  | ({ readonly do: "rotate" } & Rotation)
  | { readonly do: "freeze"; readonly publisher: string; readonly sequence: number; readonly statement_sha256: string }
  /** In place of all limits of that key. */
  | { readonly do: "limit"; readonly limit: KeyScope }
  | { readonly do: "unlimit"; readonly publisher: string; readonly public_key: string }
  /** Follows a revocation list, or follows it another way. */
  | { readonly do: "follow_list"; readonly list: FollowedList }
  | { readonly do: "unfollow_list"; readonly issuer: string }
  /** What both files are to say, as their texts. */
  | { readonly do: "import"; readonly store: string; readonly constraints: string };

/** What a plan may do to the trust files: the above, and what only an install does. */
export type TrustEdit =
  | TrustChange
  /** Pins a key on first use; never moves a pin, and never stands beside an allowlist without the key. */
  | { readonly do: "pin_first"; readonly publisher: string; readonly key: string }
  | { readonly do: "own"; readonly publisher: string; readonly skill_id: string };

export interface TrustDocuments {
  readonly store: TrustStore;
  readonly constraints: TrustConstraints;
}

export interface Edited extends TrustDocuments {
  /** A first pin that the store contradicts by now; it was not made. */
  readonly conflict: boolean;
}

/** Applies edits in their order. Doing it twice is doing it once. */
export function applyEdits(documents: TrustDocuments, edits: readonly TrustEdit[]): Edited {
  let edited: Edited = { ...documents, conflict: false };
  for (const edit of edits) edited = applyEdit(edited, edit);
  return edited;
}

function applyEdit(documents: Edited, edit: TrustEdit): Edited {
  const { store, constraints } = documents;
  switch (edit.do) {
    case "add":
      return { ...documents, store: withTrusted(store, edit.publisher, edit.key) };
    case "remove":
      return { ...documents, store: withoutTrusted(store, edit.publisher, edit.key) };
    case "pin":
      return {
        ...documents,
        store: withPin(store, edit.publisher, edit.key),
        constraints: thawed(constraints, edit.publisher),
      };
    case "unpin":
      return { ...documents, store: withoutPin(store, edit.publisher) };
    case "own":
      return { ...documents, constraints: withOwner(constraints, edit.skill_id, edit.publisher) };
    case "revoke": {
      const { publisher, key: public_key, reason, at_ms: revoked_at_unix_ms } = edit;
      return { ...documents, constraints: withRevokedKey(constraints, { publisher, public_key, reason, revoked_at_unix_ms }) };
    }
    case "revoke_payload": {
      const { payload_sha256, reason, at_ms: revoked_at_unix_ms } = edit;
      return { ...documents, constraints: withRevokedPayload(constraints, { payload_sha256, reason, revoked_at_unix_ms }) };
    }
    case "rotate":
      return { ...documents, ...withRotation(documents, edit) };
    case "freeze": {
      const { publisher, sequence, statement_sha256 } = edit;
      const record = { publisher, sequence, statement_sha256, frozen: true };
      return { ...documents, constraints: withRotationRecord(constraints, record) };
    }
    case "limit":
      return { ...documents, constraints: withKeyLimit(constraints, edit.limit) };
    case "unlimit":
      return { ...documents, constraints: withoutKeyLimits(constraints, edit) };
    case "follow_list":
      return { ...documents, constraints: withFollowedList(constraints, edit.list) };
    case "unfollow_list":
      return { ...documents, constraints: withoutFollowedList(constraints, edit.issuer) };
    case "import":
      return {
        ...documents,
        store: parseTrustStore(encodeUtf8(edit.store), "the imported store"),
        constraints: parseConstraints(encodeUtf8(edit.constraints), "the imported constraints"),
      };
    case "pin_first": {
      const { publisher } = edit;
      // An allowlist beats a pin (spec 3.2): beside one that has the key no pin is needed, beside another none may be.
      const trusted = store.trusted.get(publisher);
      if (trusted !== undefined) return trusted.includes(edit.key) ? documents : { ...documents, conflict: true };
      const pinned = store.pinned.get(publisher);
      if (pinned !== undefined) return pinned === edit.key ? documents : { ...documents, conflict: true };
      return { ...documents, store: withPin(store, publisher, edit.key) };
    }
  }
}

/** A person has decided; the sequence that was seen still has to rise. Spec 3.4. */
function thawed(constraints: TrustConstraints, publisher: string): TrustConstraints {
  const record = rotationOf(constraints, publisher);
  return record?.frozen === true ? withRotationRecord(constraints, { ...record, frozen: false }) : constraints;
}
