import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decideRotation,
  EMPTY_CONSTRAINTS,
  EMPTY_TRUST_STORE,
  revocationOfKey,
  revocationOfPayload,
  type TrustConstraints,
  type TrustStore,
  withPin,
  withRevokedKey,
  withRevokedPayload,
  withRotation,
  withRotationRecord,
  withTrusted,
} from "../../src/trust/index.ts";
import { outcomeOf } from "../vectors.ts";
import { keys, publishers, stores } from "./arbitraries.ts";

const [A, B, C] = ["a".repeat(64), "b".repeat(64), "c".repeat(64)] as const;
const NOW = 1_000;
const statement = (more: { from?: string; to?: string; sequence?: number; expires?: number; sha256?: string } = {}) => ({
  terms: {
    publisher: "acme",
    old_public_key: more.from ?? A,
    new_public_key: more.to ?? B,
    sequence: more.sequence ?? 1,
    expires_at_unix_ms: more.expires ?? NOW,
  },
  sha256: more.sha256 ?? "1".repeat(64),
});
const pinned = withPin(EMPTY_TRUST_STORE, "acme", A);
const decide = (
  given: ReturnType<typeof statement>,
  { store = pinned, constraints = EMPTY_CONSTRAINTS }: { store?: TrustStore; constraints?: TrustConstraints } = {},
): unknown =>
  outcomeOf(() => decideRotation(given, { store, constraints, now: NOW, keyIdOf: (key) => `id of ${key.slice(0, 1)}` }));
const record = (sequence: number, sha = "9", frozen = false): TrustConstraints =>
  withRotationRecord(EMPTY_CONSTRAINTS, { publisher: "acme", sequence, statement_sha256: sha.repeat(64), frozen });

describe("a rotation", () => {
  it("moves the pin, and is done the second time", () => {
    const rotation = { publisher: "acme", from: A, to: B, sequence: 1, statement_sha256: "1".repeat(64) };
    expect(decide(statement())).toEqual({ kind: "rotate", rotation });
    const after = withRotation({ store: pinned, constraints: EMPTY_CONSTRAINTS }, rotation);
    expect(after.store.pinned.get("acme")).toBe(B);
    expect(after.constraints.rotations).toEqual([
      { publisher: "acme", sequence: 1, statement_sha256: "1".repeat(64), frozen: false },
    ]);
    expect(decide(statement(), after)).toEqual({ kind: "done" });
    expect(withRotation(after, rotation)).toEqual(after);
  });

  it("moves nothing of a publisher that is listed, unknown, or remembered by another key", () => {
    for (const store of [withTrusted(pinned, "acme", A), EMPTY_TRUST_STORE, withPin(pinned, "acme", C)]) {
      expect(decide(statement(), { store })).toHaveCode("RotationRefused");
    }
  });

  it("counts until it expires, by the host's time", () => {
    expect(decide(statement({ expires: NOW }))).toMatchObject({ kind: "rotate" });
    expect(decide(statement({ expires: NOW - 1 }))).toHaveCode("RotationRefused");
  });

  it("needs a sequence that rises", () => {
    expect(decide(statement({ sequence: 5 }), { constraints: record(5 + 1) })).toHaveCode("RotationRefused");
    expect(decide(statement({ sequence: 7 }), { constraints: record(6) })).toMatchObject({ kind: "rotate" });
  });

  it("freezes the publisher where another statement has the same sequence, and then nothing rotates", () => {
    const outcome = decide(statement({ sequence: 6 }), { constraints: record(6) });
    expect(outcome).toEqual({ kind: "freeze", record: { ...record(6).rotations[0], frozen: true } });
    for (const sequence of [5, 6, 7]) {
      expect(decide(statement({ sequence }), { constraints: record(6, "9", true) })).toHaveCode("ConflictingRotation");
    }
  });

  it("T35: neither from nor to a revoked key, whoever it was revoked for", () => {
    for (const public_key of [A, B]) {
      const constraints = withRevokedKey(EMPTY_CONSTRAINTS, {
        publisher: "globex",
        public_key,
        reason: "leaked",
        revoked_at_unix_ms: 1,
      });
      expect(decide(statement(), { constraints })).toHaveCode("RevokedKey");
      // Not even a freeze: a thief could bring that about.
      const seen = { ...constraints, rotations: record(1).rotations };
      expect(decide(statement(), { constraints: seen })).toHaveCode("RevokedKey");
    }
  });

  it("T34: not from a key outside its period by the host's time", () => {
    for (const period of [{ not_before_unix_ms: NOW + 1 }, { not_after_unix_ms: NOW - 1 }]) {
      const constraints = {
        ...EMPTY_CONSTRAINTS,
        keys: [{ publisher: "acme", public_key: A, skill_id_prefixes: ["acme.x"], ...period }],
      };
      expect(decide(statement(), { constraints })).toHaveCode("KeyOutOfScope");
    }
  });

  it("gives the new key no more than the old one had, and no more than it had itself", () => {
    const scope = { publisher: "acme", public_key: A, skill_id_prefixes: ["acme.x"], not_after_unix_ms: NOW };
    const own = { publisher: "acme", public_key: B, skill_id_prefixes: ["acme.y"] };
    const other = { publisher: "globex", public_key: A, skill_id_prefixes: ["globex"] };
    const before = { store: pinned, constraints: { ...EMPTY_CONSTRAINTS, keys: [scope, own, other] } };
    const rotation = { publisher: "acme", from: A, to: B, sequence: 1, statement_sha256: "1".repeat(64) };
    const after = withRotation(before, rotation);
    expect(after.constraints.keys).toEqual([scope, own, other, { ...scope, public_key: B }]);
    expect(withRotation(after, rotation)).toEqual(after);
  });

  it("changes the pin of its publisher alone, and only from the pinned key", () => {
    const statements = fc.record({
      from: keys,
      to: keys,
      sequence: fc.integer({ min: 1, max: 4 }),
      expires: fc.constantFrom(NOW, 1),
    });
    const last = fc.option(fc.record({ sequence: fc.integer({ min: 1, max: 4 }), frozen: fc.boolean() }), { nil: undefined });
    fc.assert(
      fc.property(stores, publishers, keys, statements, last, (known, publisher, key, given, seen) => {
        const store = withPin(known, "acme", key);
        const constraints = seen === undefined ? EMPTY_CONSTRAINTS : record(seen.sequence, "9", seen.frozen);
        const outcome = decide(statement(given), { store, constraints });
        const moves =
          seen?.frozen !== true &&
          given.expires >= NOW &&
          given.sequence > (seen?.sequence ?? 0) &&
          !store.trusted.has("acme") &&
          given.from === key;
        const rotation = {
          publisher: "acme",
          from: given.from,
          to: given.to,
          sequence: given.sequence,
          statement_sha256: "1".repeat(64),
        };
        if (!moves) {
          expect(outcome).not.toMatchObject({ kind: "rotate" });
          return;
        }
        expect(outcome).toEqual({ kind: "rotate", rotation });
        const after = withRotation({ store, constraints }, rotation).store;
        expect(after.trusted).toEqual(store.trusted);
        if (publisher !== "acme") expect(after.pinned.get(publisher)).toBe(store.pinned.get(publisher));
      }),
    );
  });
});

it("a revocation stays as it was first made, and nothing else of the constraints changes", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(keys, fc.string())), (revoked) => {
      let constraints = record(3);
      for (const [key, reason] of revoked) {
        constraints = withRevokedKey(constraints, { publisher: "acme", public_key: key, reason, revoked_at_unix_ms: 1 });
        constraints = withRevokedPayload(constraints, { payload_sha256: key, reason, revoked_at_unix_ms: 1 });
      }
      const first = new Map(revoked.toReversed());
      for (const [key, reason] of first) {
        expect(revocationOfKey(constraints, key)?.reason).toBe(reason);
        expect(revocationOfPayload(constraints, key)?.reason).toBe(reason);
      }
      expect(constraints.revoked).toHaveLength(first.size);
      expect(constraints).toMatchObject({ rotations: record(3).rotations });
    }),
  );
});
