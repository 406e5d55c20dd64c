import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  EMPTY_CONSTRAINTS,
  EMPTY_TRUST_STORE,
  mergeTrust,
  parseTrustExport,
  replaceTrust,
  rotationOf,
  type TrustConstraints,
  type TrustStore,
  writeConstraints,
  writeTrustExport,
  writeTrustStore,
} from "../../src/trust/index.ts";
import { outcomeOf } from "../vectors.ts";
import { keys, publishers, stores } from "./arbitraries.ts";

const few = { maxLength: 3 };
const skillIds = fc.constantFrom("acme.echo", "globex.pay", "__proto__");
const constraints: fc.Arbitrary<TrustConstraints> = fc.record({
  schema_version: fc.constant(1 as const),
  revoked: fc.uniqueArray(
    fc.record({ publisher: publishers, public_key: keys, reason: fc.constantFrom("x", "y"), revoked_at_unix_ms: fc.nat(9) }),
    { ...few, selector: ({ public_key }) => public_key },
  ),
  revoked_payloads: fc.uniqueArray(
    fc.record({ payload_sha256: keys, reason: fc.constantFrom("x", "y"), revoked_at_unix_ms: fc.nat(9) }),
    { ...few, selector: ({ payload_sha256 }) => payload_sha256 },
  ),
  rotations: fc.uniqueArray(
    fc.record({ publisher: publishers, sequence: fc.nat(3), statement_sha256: keys, frozen: fc.boolean() }),
    { ...few, selector: ({ publisher }) => publisher },
  ),
  keys: fc.uniqueArray(fc.record({ publisher: publishers, public_key: keys, skill_id_prefixes: fc.array(skillIds, few) }), {
    ...few,
    selector: (scope) => JSON.stringify(scope),
  }),
  registry_keys: fc.dictionary(fc.constantFrom("main", "other"), fc.uniqueArray(keys, few)).map(mapOf),
  owners: fc.dictionary(skillIds, publishers).map(mapOf),
  revocation_lists: fc.uniqueArray(
    fc.record({
      issuer: fc.constantFrom("a", "b"),
      source: fc.constantFrom("/x", "/y"),
      public_keys: fc.uniqueArray(keys, { minLength: 1, maxLength: 2 }),
      grace_ms: fc.nat(2),
      when_stale: fc.constantFrom("warn" as const, "block" as const),
    }),
    { ...few, selector: ({ issuer }) => issuer },
  ),
});
const documents = fc.record({ store: stores, constraints });

interface Documents {
  readonly store: TrustStore;
  readonly constraints: TrustConstraints;
}
const texts = ({ store, constraints }: Documents): unknown => [writeTrustStore(store), JSON.parse(writeConstraints(constraints))];
const revokedIn = ({ constraints }: Documents): readonly string[] => [
  ...constraints.revoked.map(({ public_key }) => public_key),
  ...constraints.revoked_payloads.map(({ payload_sha256 }) => payload_sha256),
];
const issuersOf = ({ constraints }: Documents): readonly string[] => constraints.revocation_lists.map(({ issuer }) => issuer);

describe("T35: what comes together", () => {
  it("revokes all that either side revoked, and follows what either followed", () => {
    fc.assert(
      fc.property(documents, documents, (ours, theirs) => {
        for (const after of [mergeTrust(ours, theirs), replaceTrust(ours, theirs, { unrevoke: false })]) {
          expect(revokedIn(after)).toEqual(expect.arrayContaining([...revokedIn(ours), ...revokedIn(theirs)]));
          expect(issuersOf(after)).toEqual(expect.arrayContaining([...issuersOf(ours), ...issuersOf(theirs)]));
          // The words of here, and the keys that may sign a list of here.
          for (const each of ours.constraints.revoked) expect(after.constraints.revoked).toContainEqual(each);
          for (const each of ours.constraints.revocation_lists) expect(after.constraints.revocation_lists).toContainEqual(each);
        }
      }),
    );
  });

  it("lets no rotation go back, and nobody who is frozen go on", () => {
    fc.assert(
      fc.property(documents, documents, fc.boolean(), (ours, theirs, unrevoke) => {
        for (const after of [mergeTrust(ours, theirs), replaceTrust(ours, theirs, { unrevoke })])
          for (const before of [...ours.constraints.rotations, ...theirs.constraints.rotations]) {
            const record = rotationOf(after.constraints, before.publisher);
            expect(record?.sequence).toBeGreaterThanOrEqual(before.sequence);
            if (before.frozen) expect(record?.frozen).toBe(true);
            const same = record?.sequence === before.sequence && record.statement_sha256 !== before.statement_sha256;
            if (same) expect(record?.frozen).toBe(true);
          }
      }),
    );
  });

  it("moves no pin, no owner and no list of here, and tells each that differs", () => {
    fc.assert(
      fc.property(documents, documents, (ours, theirs) => {
        const { store, constraints, conflicts } = mergeTrust(ours, theirs);
        for (const [publisher, key] of ours.store.pinned) expect(store.pinned.get(publisher)).toBe(key);
        for (const [id, owner] of ours.constraints.owners) expect(constraints.owners.get(id)).toBe(owner);
        for (const [id, owner] of theirs.constraints.owners) {
          const kept = ours.constraints.owners.get(id) ?? owner;
          expect(conflicts.some(({ kind, subject }) => kind === "owner" && subject === id)).toBe(kept !== owner);
        }
        for (const [publisher, key] of theirs.store.pinned) {
          const known = [...(ours.store.trusted.get(publisher) ?? []), ...[ours.store.pinned.get(publisher) ?? []].flat()];
          const told = conflicts.some(({ kind, subject }) => kind === "first_seen" && subject === publisher);
          expect(told).toBe(known.length > 0 && !known.includes(key));
        }
      }),
    );
  });

  it("lists every key that either side lists, and limits it by all limits", () => {
    fc.assert(
      fc.property(documents, documents, (ours, theirs) => {
        const { store, constraints } = mergeTrust(ours, theirs);
        for (const side of [ours, theirs]) {
          for (const [publisher, listed] of side.store.trusted)
            expect(store.trusted.get(publisher)).toEqual(expect.arrayContaining([...listed]));
          expect(constraints.keys).toEqual(expect.arrayContaining([...side.constraints.keys]));
          for (const [id, each] of side.constraints.registry_keys)
            expect(constraints.registry_keys.get(id)).toEqual(expect.arrayContaining([...each]));
        }
      }),
    );
  });

  it("is the same the second time, and changes nothing where both say the same", () => {
    fc.assert(
      fc.property(documents, documents, (ours, theirs) => {
        const once = mergeTrust(ours, theirs);
        expect(texts(mergeTrust(once, theirs))).toEqual(texts(once));
        const self = mergeTrust(ours, ours);
        expect(self.conflicts).toEqual([]);
        expect(self.store).toEqual(ours.store);
        expect(revokedIn(self)).toEqual(revokedIn(ours));
      }),
    );
  });
});

it("what replaces is what the other side says, revocations and lists too where that was asked for", () => {
  fc.assert(
    fc.property(documents, documents, (ours, theirs) => {
      const after = replaceTrust(ours, theirs, { unrevoke: true });
      expect(after.store).toEqual(theirs.store);
      expect(after.constraints.keys).toEqual(theirs.constraints.keys);
      expect(after.constraints.registry_keys).toEqual(theirs.constraints.registry_keys);
      expect(revokedIn(after)).toEqual(revokedIn(theirs));
      expect(after.constraints.revocation_lists).toEqual(theirs.constraints.revocation_lists);
      for (const id of ours.constraints.owners.keys()) expect(after.constraints.owners.has(id)).toBe(true);
      const kinds = (conflicts: readonly { kind: string }[]) => conflicts.filter(({ kind }) => kind === "revocation_list");
      // What stays as it is here is told: lists, unless they are replaced too.
      expect(kinds(after.conflicts)).toEqual([]);
      expect(kinds(replaceTrust(ours, theirs, { unrevoke: false }).conflicts)).toEqual(kinds(mergeTrust(ours, theirs).conflicts));
    }),
  );
});

describe("an export", () => {
  const parse = (text: string) => parseTrustExport(new TextEncoder().encode(text), "trust.json");
  it("is read as it was written", () => {
    fc.assert(
      fc.property(documents, (said) => {
        const exported = { exported_at_unix_ms: 5, ...said };
        expect(parseTrustExport(writeTrustExport(exported), "trust.json")).toEqual(exported);
      }),
    );
  });

  const text = new TextDecoder().decode(
    writeTrustExport({ exported_at_unix_ms: 5, store: EMPTY_TRUST_STORE, constraints: EMPTY_CONSTRAINTS }),
  );
  it.each([
    ["another document's name", text.replace("trust_export.v1", "trust_export.v2"), "document"],
    ["a field too many", text.replace("{", '{"more": 1,'), "more"],
    ["no time", text.replace('"exported_at_unix_ms": 5,', ""), "exported_at_unix_ms"],
    ["a list of revoked keys cut out", text.replace('"revoked": [],', ""), "trust_constraints.revoked"],
    [
      "an odd publisher",
      text.replace('"tofu_publishers": {}', '"tofu_publishers": {"acme ": "00"}'),
      "trust_store.tofu_publishers.acme ",
    ],
  ])("is none with %s", (_, wrong, path) => {
    const error = outcomeOf(() => parse(wrong));
    expect(error).toHaveCode("Serialization");
    expect(error).toMatchObject({ details: { faults: expect.arrayContaining([expect.objectContaining({ path })]) } });
  });
});

function mapOf<T>(values: Record<string, T>): Map<string, T> {
  return new Map(Object.entries(values));
}
