import {
  type TrustConstraints,
  type TrustStore,
  withOwner,
  withoutPin,
  withoutTrusted,
  withPin,
  withTrusted,
} from "palyra-skills/trust";

/** One repeatable change of the trust store by a person; keys are 64 lower-case hex digits (spec 3.1). */
export type TrustChange =
  | { readonly do: "add"; readonly publisher: string; readonly key: string }
  /** Without a key: all keys of the publisher. */
  | { readonly do: "remove"; readonly publisher: string; readonly key?: string }
  /** Moves an existing pin: only a person does that. */
  | { readonly do: "pin"; readonly publisher: string; readonly key: string }
  | { readonly do: "unpin"; readonly publisher: string };

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
  const { publisher } = edit;
  switch (edit.do) {
    case "add":
      return { ...documents, store: withTrusted(store, publisher, edit.key) };
    case "remove":
      return { ...documents, store: withoutTrusted(store, publisher, edit.key) };
    case "pin":
      return { ...documents, store: withPin(store, publisher, edit.key) };
    case "unpin":
      return { ...documents, store: withoutPin(store, publisher) };
    case "own":
      return { ...documents, constraints: withOwner(constraints, edit.skill_id, publisher) };
    case "pin_first": {
      // An allowlist beats a pin (spec 3.2): beside one that has the key no pin is needed, beside another none may be.
      const trusted = store.trusted.get(publisher);
      if (trusted !== undefined) return trusted.includes(edit.key) ? documents : { ...documents, conflict: true };
      const pinned = store.pinned.get(publisher);
      if (pinned !== undefined) return pinned === edit.key ? documents : { ...documents, conflict: true };
      return { ...documents, store: withPin(store, publisher, edit.key) };
    }
  }
}
