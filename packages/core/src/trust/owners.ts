import type { TrustConstraints } from "./constraints.ts";

/** Whose skill an id is: nobody's yet, this publisher's, or another's. */
export type Ownership =
  | { readonly kind: "unowned" }
  | { readonly kind: "own" }
  | { readonly kind: "foreign"; readonly owner: string };

/**
 * Compares a publisher with the owner of a skill id. The first install fixes the owner, and it outlives a removal: any
 * trusted publisher could otherwise replace another's skill. Spec 3.4, T3.
 */
export function checkOwner(constraints: TrustConstraints, skillId: string, publisher: string): Ownership {
  const owner = constraints.owners.get(skillId);
  if (owner === undefined) return { kind: "unowned" };
  return owner === publisher ? { kind: "own" } : { kind: "foreign", owner };
}

/** Fixes the owner of a skill id, or changes it by an operator's step. */
export function withOwner(constraints: TrustConstraints, skillId: string, publisher: string): TrustConstraints {
  return { ...constraints, owners: new Map(constraints.owners).set(skillId, publisher) };
}
