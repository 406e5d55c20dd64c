import { SkillError } from "../errors.ts";
import type { VerifiedRotation } from "../signature/index.ts";
import type { RotationRecord, TrustConstraints } from "./constraints.ts";
import { periodProblem } from "./limits.ts";
import { revocationOfKey, whyOf } from "./revocation.ts";
import { type TrustStore, withPin } from "./store.ts";

/** What a statement comes to. `freeze`: it is refused as well, and what the publisher says of its keys counts no more. */
export type RotationDecision =
  | { readonly kind: "rotate"; readonly rotation: Rotation }
  | { readonly kind: "done" }
  | { readonly kind: "freeze"; readonly record: RotationRecord };

/** One repeatable move of a pin. Keys are 64 lower-case hex digits. */
export interface Rotation {
  readonly publisher: string;
  readonly from: string;
  readonly to: string;
  readonly sequence: number;
  readonly statement_sha256: string;
}

export interface RotationContext {
  readonly store: TrustStore;
  readonly constraints: TrustConstraints;
  /** The host's time, milliseconds since 1970. */
  readonly now: number;
  /** Names a key in errors. */
  readonly keyIdOf: (publicKey: string) => string;
}

/**
 * Decides what a statement that both keys signed comes to (spec 3.4). It moves a pin and nothing else: a listed key moves by a
 * person's `trust add` and `trust remove`.
 * @throws SkillError `ConflictingRotation` for a publisher that is frozen, `RotationRefused`, `RevokedKey`, `KeyOutOfScope`
 */
export function decideRotation({ terms, sha256 }: VerifiedRotation, context: RotationContext): RotationDecision {
  const { store, constraints, now, keyIdOf } = context;
  const { publisher, old_public_key: from, new_public_key: to, sequence } = terms;
  const refused = (problem: string): SkillError => new SkillError("RotationRefused", { publisher, problem });
  const last = rotationOf(constraints, publisher);
  if (last?.frozen === true) throw conflicting(store, publisher, last.sequence);
  if (last?.statement_sha256 === sha256) return { kind: "done" };
  // Revoked before anything else that a thief of the old key could bring about with it. T35.
  for (const key of [from, to]) {
    const revoked = revocationOfKey(constraints, key);
    if (revoked !== undefined) throw new SkillError("RevokedKey", { publisher, key_id: keyIdOf(key), ...whyOf(revoked) });
  }
  if (now > terms.expires_at_unix_ms) throw refused("the statement has expired");
  if (last !== undefined && sequence === last.sequence) return { kind: "freeze", record: { ...last, frozen: true } };
  if (last !== undefined && sequence < last.sequence) throw refused("the sequence does not rise");
  if (store.trusted.has(publisher)) throw refused("the publisher's keys are listed, and a listed key moves only by a person");
  const pinned = store.pinned.get(publisher);
  if (pinned === undefined) throw refused("no key of the publisher is remembered");
  if (pinned !== from) throw refused("the old key is not the one that is remembered");
  for (const scope of constraints.keys) {
    if (scope.publisher !== publisher || scope.public_key !== from) continue;
    const problem = periodProblem(scope, now);
    if (problem !== undefined) throw new SkillError("KeyOutOfScope", { publisher, key_id: keyIdOf(from), problem });
  }
  return { kind: "rotate", rotation: { publisher, from, to, sequence, statement_sha256: sha256 } };
}

/** The refusal of a publisher that is frozen, with the key that counts until a person decides. */
export function conflicting(store: TrustStore, publisher: string, sequence: number): SkillError<"ConflictingRotation"> {
  const pinned = store.pinned.get(publisher);
  return new SkillError("ConflictingRotation", { publisher, sequence, ...(pinned === undefined ? {} : { pinned }) });
}

/** The last statement of a publisher that was seen here. */
export function rotationOf(constraints: TrustConstraints, publisher: string): RotationRecord | undefined {
  return constraints.rotations.find((record) => record.publisher === publisher);
}

/** Moves the pin; the new key inherits scope and period of the old one. Again is as once. */
export function withRotation(
  documents: { readonly store: TrustStore; readonly constraints: TrustConstraints },
  { publisher, from, to, sequence, statement_sha256 }: Rotation,
): { readonly store: TrustStore; readonly constraints: TrustConstraints } {
  const { store, constraints } = documents;
  const { keys } = constraints;
  const ofKey = (key: string) => keys.filter((scope) => scope.publisher === publisher && scope.public_key === key);
  const known = new Set(ofKey(to).map((scope) => JSON.stringify(scope)));
  // All scopes of a key hold together, so what the new key was limited to before stays as well.
  const inherited = ofKey(from).map((scope) => ({ ...scope, public_key: to }));
  return {
    store: withPin(store, publisher, to),
    constraints: {
      ...withRotationRecord(constraints, { publisher, sequence, statement_sha256, frozen: false }),
      keys: [...keys, ...inherited.filter((scope) => !known.has(JSON.stringify(scope)))],
    },
  };
}

/** The record in place of the publisher's last one. */
export function withRotationRecord(constraints: TrustConstraints, record: RotationRecord): TrustConstraints {
  const others = constraints.rotations.filter(({ publisher }) => publisher !== record.publisher);
  return { ...constraints, rotations: [...others, record] };
}
