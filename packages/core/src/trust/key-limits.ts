import type { KeyScope, TrustConstraints } from "./constraints.ts";

/** Limits a key to skill ids and a period, in place of what it was limited to before (spec 3.4). */
export function withKeyLimit(constraints: TrustConstraints, limit: KeyScope): TrustConstraints {
  return { ...constraints, keys: [...without(constraints, limit), limit] };
}

/** Takes all limits of a key away. */
export function withoutKeyLimits(
  constraints: TrustConstraints,
  key: { readonly publisher: string; readonly public_key: string },
): TrustConstraints {
  return { ...constraints, keys: without(constraints, key) };
}

function without(
  { keys }: TrustConstraints,
  key: { readonly publisher: string; readonly public_key: string },
): readonly KeyScope[] {
  return keys.filter(({ publisher, public_key }) => publisher !== key.publisher || public_key !== key.public_key);
}
