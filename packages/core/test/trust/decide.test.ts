import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  checkOwner,
  decideSigner,
  EMPTY_CONSTRAINTS,
  EMPTY_TRUST_STORE,
  relatedPublisher,
  type TrustStore,
  withOwner,
  withPin,
  withTrusted,
} from "../../src/trust/index.ts";
import { outcomeOf } from "../vectors.ts";
import { keys, publishers, stores } from "./arbitraries.ts";

const [A, B] = ["a".repeat(64), "b".repeat(64)] as const;
const signer = (publisher: string, publicKey: string) => ({ publisher, publicKey, keyId: "ed25519:0011223344556677" });
const decide = (publisher: string, key: string, store: TrustStore, allowFirstUse = true): unknown =>
  outcomeOf(() => decideSigner(signer(publisher, key), store, { allowFirstUse }));

describe("the decision of spec 3.2", () => {
  it("obeys its table for all inputs", () => {
    fc.assert(
      fc.property(stores, publishers, keys, fc.boolean(), (store, publisher, key, allowFirstUse) => {
        const outcome = decide(publisher, key, store, allowFirstUse);
        const expected = table(store, publisher, key, allowFirstUse);
        if (outcome instanceof Error) expect(outcome).toHaveCode(expected);
        else if (expected === "tofu_newly_pinned") {
          expect(outcome).toEqual({ decision: expected, pin: { publisher, publicKey: key } });
        } else expect(outcome).toEqual({ decision: expected });
      }),
      { numRuns: 2000 },
    );
  });

  it("is the same the second time, once its pin is kept", () => {
    fc.assert(
      fc.property(stores, publishers, keys, keys, (store, publisher, key, other) => {
        fc.pre(table(store, publisher, key, true) === "tofu_newly_pinned" && key !== other);
        const kept = withPin(store, publisher, key);
        expect(decide(publisher, key, kept, false)).toEqual({ decision: "tofu_pinned" });
        expect(decide(publisher, other, kept, true)).toHaveCode("TofuKeyMismatch");
      }),
    );
  });

  it("compares keys, never their short names: two keys of one key_id are two keys", () => {
    const store = withTrusted(EMPTY_TRUST_STORE, "acme", A);
    // The same 64 bits of name for both: `signer` gives every key one and the same.
    expect(decide("acme", B, store)).toHaveCode("TrustedPublisherKeyMismatch");
    expect(decide("globex", B, withPin(store, "globex", A))).toHaveCode("TofuKeyMismatch");
  });

  it("tells what was expected", () => {
    expect(decide("acme", B, withTrusted(EMPTY_TRUST_STORE, "acme", A))).toMatchObject({
      details: { publisher: "acme", key_id: "ed25519:0011223344556677", trusted: [A] },
    });
    expect(decide("acme", B, withPin(EMPTY_TRUST_STORE, "acme", A))).toMatchObject({ details: { publisher: "acme", pinned: A } });
  });
});

describe("T4: a publisher is compared as it is written", () => {
  it.each(["acme ", " acme", "ACME", "acme\u0000", "аcme"])("%j is not acme", (publisher) => {
    expect(decide(publisher, A, withTrusted(EMPTY_TRUST_STORE, "acme", A), false)).toHaveCode("UntrustedPublisher");
  });
});

describe("T5: a pin is data", () => {
  it("and the store stays as it was, whatever is decided", () => {
    fc.assert(
      fc.property(stores, publishers, keys, (store, publisher, key) => {
        const before = structuredClone(store);
        decide(publisher, key, store);
        expect(store).toEqual(before);
      }),
    );
  });
});

describe("T27: a publisher related to a known one is trusted by an operator's step only", () => {
  const known = withTrusted(EMPTY_TRUST_STORE, "acme", A);
  it.each([
    ["one that extends a listed one", "acme.echo", known],
    ["one that extends a pinned one", "acme.echo", withPin(EMPTY_TRUST_STORE, "acme", A)],
    ["one that a listed one extends", "acme", withTrusted(EMPTY_TRUST_STORE, "acme.echo", A)],
    ["one that a pinned one extends by two segments", "acme", withPin(EMPTY_TRUST_STORE, "acme.echo.x", A)],
  ])("%s, even with the same key", (_, publisher, store) => {
    const relative = [...store.trusted.keys(), ...store.pinned.keys()][0];
    expect(decide(publisher, A, store)).toMatchObject({ code: "UntrustedPublisher", details: { relates_to: relative } });
  });

  it("nor one related to the owner of a skill, whose key was removed since", () => {
    const constraints = withOwner(EMPTY_CONSTRAINTS, "acme.echo_http", "acme");
    const options = { allowFirstUse: true, constraints };
    expect(outcomeOf(() => decideSigner(signer("acme.echo_http", A), EMPTY_TRUST_STORE, options))).toHaveCode(
      "UntrustedPublisher",
    );
    expect(decideSigner(signer("acme", A), EMPTY_TRUST_STORE, options).decision).toBe("tofu_newly_pinned");
  });

  it.each(["acmee", "acm", "acme-echo", "acme:echo", "globex"])("%s is related to nobody", (publisher) => {
    expect(decide(publisher, A, known)).toMatchObject({ decision: "tofu_newly_pinned" });
  });

  it("but once listed it is trusted as others are", () => {
    expect(decide("acme.echo", B, withTrusted(known, "acme.echo", B))).toEqual({ decision: "allowlisted" });
  });

  it("is a symmetric relation, and no publisher's to itself", () => {
    fc.assert(
      fc.property(publishers, publishers, (a, b) => {
        expect(relatedPublisher(a, [b]) === undefined).toBe(relatedPublisher(b, [a]) === undefined);
        expect(relatedPublisher(a, [a])).toBeUndefined();
      }),
    );
  });
});

describe("T3: the first install fixes the owner of a skill id", () => {
  it("and another publisher's is told who it is", () => {
    const constraints = withOwner(EMPTY_CONSTRAINTS, "acme.echo", "acme");
    expect(checkOwner(EMPTY_CONSTRAINTS, "acme.echo", "globex")).toEqual({ kind: "unowned" });
    expect(checkOwner(constraints, "acme.echo", "acme")).toEqual({ kind: "own" });
    expect(checkOwner(constraints, "acme.echo", "globex")).toEqual({ kind: "foreign", owner: "acme" });
    expect(checkOwner(withOwner(constraints, "acme.echo", "globex"), "acme.echo", "globex")).toEqual({ kind: "own" });
    expect(checkOwner(constraints, "__proto__", "acme")).toEqual({ kind: "unowned" });
  });
});

/** Spec 3.2 and the sentence of spec 5 on related names, written down once more as a table. */
function table(store: TrustStore, publisher: string, key: string, allowFirstUse: boolean): string {
  const list = store.trusted.get(publisher);
  const pin = store.pinned.get(publisher);
  const names = [...store.trusted.keys(), ...store.pinned.keys()];
  const related = names.some(
    (name) => `${name}.` === publisher.slice(0, name.length + 1) || `${publisher}.` === name.slice(0, publisher.length + 1),
  );
  if (list !== undefined) return list.includes(key) ? "allowlisted" : "TrustedPublisherKeyMismatch";
  if (pin !== undefined) return pin === key ? "tofu_pinned" : "TofuKeyMismatch";
  return allowFirstUse && !related ? "tofu_newly_pinned" : "UntrustedPublisher";
}
