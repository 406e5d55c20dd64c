import type { FollowedList, KeyScope, RotationRecord, TrustConstraints } from "./constraints.ts";
import { withRevokedKey, withRevokedPayload } from "./revocation.ts";
import { withFollowedList } from "./revocation-list.ts";
import { rotationOf, withRotationRecord } from "./rotation.ts";
import { type TrustStore, withPin, withTrusted } from "./store.ts";

interface Documents {
  readonly store: TrustStore;
  readonly constraints: TrustConstraints;
}

/** Where two hosts say different things of one subject, and what stays is what is said here. */
export interface ImportConflict {
  readonly kind: "first_seen" | "owner" | "rotation" | "revocation_list";
  /** A publisher, a skill id, an issuer. */
  readonly subject: string;
  readonly ours: string;
  readonly theirs: string;
}

/**
 * What is trusted here and what is trusted there (spec 3.4). Listed keys, revocations, limits, registry keys and owners come together; what
 * is remembered, owned or followed here already stays as it is, and is told. Nothing that is revoked or frozen on either side is free after.
 */
export function mergeTrust(ours: Documents, theirs: Documents): Documents & { readonly conflicts: readonly ImportConflict[] } {
  const pins = mergePins(ours.store, theirs.store);
  const owners = mergeOwners(ours.constraints.owners, theirs.constraints.owners);
  const rotations = mergeRotations(ours.constraints, theirs.constraints);
  const lists = mergeLists(ours.constraints, theirs.constraints.revocation_lists);
  let { store } = pins;
  for (const [publisher, keys] of theirs.store.trusted) for (const key of keys) store = withTrusted(store, publisher, key);
  const constraints = {
    ...withTheirRevocations(ours.constraints, theirs.constraints),
    rotations: rotations.constraints.rotations,
    keys: mergeLimits(ours.constraints.keys, theirs.constraints.keys),
    registry_keys: mergeRegistryKeys(ours.constraints.registry_keys, theirs.constraints.registry_keys),
    owners: owners.owners,
    revocation_lists: lists.constraints.revocation_lists,
  };
  return { store, constraints, conflicts: [...pins.conflicts, ...owners.conflicts, ...rotations.conflicts, ...lists.conflicts] };
}

/**
 * What is trusted there, in place of what is trusted here. Revocations, the lists that are followed, rotations and owners of here stay where
 * there says nothing of them; with `unrevoke` the first two are there's alone.
 */
export function replaceTrust(
  ours: Documents,
  theirs: Documents,
  { unrevoke }: { readonly unrevoke: boolean },
): Documents & { readonly conflicts: readonly ImportConflict[] } {
  const lists = mergeLists(ours.constraints, theirs.constraints.revocation_lists);
  const rotations = mergeRotations(ours.constraints, theirs.constraints);
  const kept = unrevoke ? theirs.constraints : withTheirRevocations(ours.constraints, theirs.constraints);
  return {
    store: theirs.store,
    constraints: {
      ...theirs.constraints,
      revoked: kept.revoked,
      revoked_payloads: kept.revoked_payloads,
      revocation_lists: (unrevoke ? theirs : lists).constraints.revocation_lists,
      rotations: rotations.constraints.rotations,
      owners: new Map([...ours.constraints.owners, ...theirs.constraints.owners]),
    },
    conflicts: [...rotations.conflicts, ...(unrevoke ? [] : lists.conflicts)],
  };
}

function mergePins(ours: TrustStore, theirs: TrustStore) {
  const conflicts: ImportConflict[] = [];
  let store = ours;
  for (const [subject, key] of theirs.pinned) {
    const known = [...(ours.trusted.get(subject) ?? []), ...[ours.pinned.get(subject) ?? []].flat()];
    if (known.length === 0) store = withPin(store, subject, key);
    // A second first sight is what a stolen name looks like. Spec 3.2.
    else if (!known.includes(key)) conflicts.push({ kind: "first_seen", subject, ours: known.join(", "), theirs: key });
  }
  return { store, conflicts };
}

function mergeOwners(ours: TrustConstraints["owners"], theirs: TrustConstraints["owners"]) {
  const conflicts: ImportConflict[] = [];
  const owners = new Map(ours);
  for (const [subject, owner] of theirs) {
    const own = ours.get(subject);
    if (own === undefined) owners.set(subject, owner);
    else if (own !== owner) conflicts.push({ kind: "owner", subject, ours: own, theirs: owner });
  }
  return { owners, conflicts };
}

/** The higher number counts, and who is frozen on one side stays so; two statements of one number freeze, as `trust rotate` does. T35. */
function mergeRotations(ours: TrustConstraints, theirs: TrustConstraints) {
  const conflicts: ImportConflict[] = [];
  let constraints = ours;
  for (const their of theirs.rotations) {
    const our = rotationOf(ours, their.publisher);
    const differ = our?.sequence === their.sequence && our.statement_sha256 !== their.statement_sha256;
    if (our !== undefined && differ)
      conflicts.push({ kind: "rotation", subject: our.publisher, ours: our.statement_sha256, theirs: their.statement_sha256 });
    const last: RotationRecord = our === undefined || their.sequence > our.sequence ? their : our;
    const frozen = differ || their.frozen || our?.frozen === true;
    constraints = withRotationRecord(constraints, { ...last, frozen });
  }
  return { constraints, conflicts };
}

function mergeLists(ours: TrustConstraints, theirs: readonly FollowedList[]) {
  const conflicts: ImportConflict[] = [];
  let constraints = ours;
  for (const their of theirs) {
    const our = ours.revocation_lists.find(({ issuer }) => issuer === their.issuer);
    const told = (list: FollowedList): string => `${list.source} ${list.public_keys.join(", ")}`;
    if (our === undefined) constraints = withFollowedList(constraints, their);
    else if (JSON.stringify(our) !== JSON.stringify(their))
      conflicts.push({ kind: "revocation_list", subject: our.issuer, ours: told(our), theirs: told(their) });
  }
  return { constraints, conflicts };
}

function withTheirRevocations(ours: TrustConstraints, theirs: TrustConstraints): TrustConstraints {
  const keys = theirs.revoked.reduce(withRevokedKey, ours);
  return theirs.revoked_payloads.reduce(withRevokedPayload, keys);
}

/** All limits of a key hold together, so each that comes makes it narrower. */
function mergeLimits(ours: readonly KeyScope[], theirs: readonly KeyScope[]): readonly KeyScope[] {
  const known = new Set(ours.map((scope) => JSON.stringify(scope)));
  return [...ours, ...theirs.filter((scope) => !known.has(JSON.stringify(scope)))];
}

function mergeRegistryKeys(ours: TrustConstraints["registry_keys"], theirs: TrustConstraints["registry_keys"]) {
  const merged = new Map(ours);
  for (const [id, keys] of theirs) merged.set(id, [...new Set([...(ours.get(id) ?? []), ...keys])]);
  return merged;
}
