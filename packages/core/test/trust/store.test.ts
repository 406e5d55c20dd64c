import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeShared, sharedBytes } from "../../../../testing/shared.ts";
import {
  EMPTY_TRUST_STORE,
  parseTrustStore,
  type TrustStore,
  withoutPin,
  withoutTrusted,
  withPin,
  withTrusted,
  writeTrustStore,
} from "../../src/trust/index.ts";
import { outcomeOf, vectorsOf } from "../vectors.ts";
import { keys, publishers, stores } from "./arbitraries.ts";

const [A, B] = ["a".repeat(64), "b".repeat(64)] as const;
const parse = (text: string): TrustStore => parseTrustStore(new TextEncoder().encode(text), "trust-store.json");

interface TrustVector {
  readonly store: string | null;
  readonly load: { readonly ok: boolean; readonly code: string; readonly store: unknown };
}

describeShared("conformance/trust", "stores of conformance/trust", () => {
  const vectors = Object.entries(vectorsOf<Record<string, TrustVector>>("conformance", "trust", "expected.json"));
  it("are 85", () => expect(vectors).toHaveLength(85));
  it.each(vectors)("%s", (_, { store, load }) => {
    const bytes = store === null ? new Uint8Array() : sharedBytes("conformance", "trust", store);
    const read = (): unknown => JSON.parse(writeTrustStore(parseTrustStore(bytes, store ?? "none")));
    if (load.ok) expect(read()).toEqual(load.store);
    else expect(outcomeOf(read)).toHaveCode(load.code);
  });
});

describe("the trust store", () => {
  it("is read as it was written", () => {
    fc.assert(
      fc.property(stores, (store) => {
        expect(parse(writeTrustStore(store))).toEqual(store);
      }),
    );
  });

  it("is written as Palyra writes it, maps in the order of their bytes", () => {
    const store = withPin(withTrusted(withTrusted(withTrusted(EMPTY_TRUST_STORE, "9", B), "10", A), "9", A), "globex", B);
    expect(writeTrustStore(store)).toBe(`{
  "trusted_publishers": {
    "10": [
      "${A}"
    ],
    "9": [
      "${A}",
      "${B}"
    ]
  },
  "tofu_publishers": {
    "globex": "${B}"
  }
}`);
    expect(writeTrustStore(EMPTY_TRUST_STORE)).toBe('{\n  "trusted_publishers": {},\n  "tofu_publishers": {}\n}');
  });

  it("names the entry that is wrong, and all of them", () => {
    const text = `{"trusted_publishers": {"acme": [],\n"Globex": ["${A}"]},\n"tofu_publishers": {"acme": " ${A}"}, "x": 1}`;
    expect(outcomeOf(() => parse(text))).toMatchObject({
      code: "Serialization",
      details: {
        document: "trust-store.json",
        faults: [
          { path: "trusted_publishers.acme", problem: "no keys", line: 1 },
          { path: "trusted_publishers.Globex", line: 2 },
          { path: "tofu_publishers.acme", line: 3 },
          { path: "x", problem: "unknown key", line: 3 },
        ],
      },
    });
  });

  it("never throws anything but its own error", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ minLength: 1 }),
          fc.json().map((json) => new TextEncoder().encode(json)),
        ),
        (bytes) => {
          const outcome = outcomeOf(() => parseTrustStore(bytes, "store"));
          if (outcome instanceof Error) expect(outcome).toHaveCode("Serialization");
          else expect(outcome).toEqual(EMPTY_TRUST_STORE);
        },
      ),
    );
  });
});

describe("changes of a store", () => {
  it("leave the store they are made from as it was", () => {
    fc.assert(
      fc.property(stores, publishers, keys, (store, publisher, key) => {
        const before = writeTrustStore(store);
        withTrusted(store, publisher, key);
        withPin(store, publisher, key);
        withoutPin(store, publisher);
        withoutTrusted(store, publisher);
        withoutTrusted(store, publisher, key);
        expect(writeTrustStore(store)).toBe(before);
      }),
    );
  });

  it("give a store in normal form, with what was asked for and nothing else", () => {
    fc.assert(
      fc.property(stores, publishers, keys, (store, publisher, key) => {
        const added = withTrusted(store, publisher, key);
        expect(added.trusted.get(publisher)).toContain(key);
        expect(withoutTrusted(added, publisher).trusted.has(publisher)).toBe(false);
        expect(withoutTrusted(added, publisher, key).trusted.get(publisher) ?? []).not.toContain(key);
        const pinned = withPin(store, publisher, key);
        expect(pinned.pinned.get(publisher)).toBe(key);
        expect(pinned.trusted).toEqual(store.trusted);
        expect(withoutPin(pinned, publisher).pinned.has(publisher)).toBe(false);
        for (const changed of [added, pinned, withoutTrusted(added, publisher, key), withoutPin(pinned, publisher)]) {
          expect([...parse(writeTrustStore(changed)).trusted]).toEqual([...changed.trusted]);
          expect([...parse(writeTrustStore(changed)).pinned]).toEqual([...changed.pinned]);
        }
      }),
    );
  });

  it("fold upper case: a key is one key however it is typed", () => {
    const store = withTrusted(withPin(EMPTY_TRUST_STORE, "acme", A), "acme", A);
    expect(withTrusted(withPin(EMPTY_TRUST_STORE, "acme", A.toUpperCase()), "acme", A.toUpperCase())).toEqual(store);
    expect(withoutTrusted(store, "acme", A.toUpperCase()).trusted.has("acme")).toBe(false);
  });

  it("take the publisher off the list with its last key: a listed publisher has at least one", () => {
    const one = withTrusted(EMPTY_TRUST_STORE, "acme", A);
    expect(withoutTrusted(one, "acme", A)).toEqual(EMPTY_TRUST_STORE);
    expect(withoutTrusted(one, "acme", B)).toEqual(one);
  });
});
