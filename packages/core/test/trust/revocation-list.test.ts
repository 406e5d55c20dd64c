import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decideList,
  EMPTY_CONSTRAINTS,
  type FollowedList,
  freshnessOf,
  revocationOfKey,
  revocationOfPayload,
  withFollowedList,
  withLists,
  withoutFollowedList,
} from "../../src/trust/index.ts";
import { outcomeOf } from "../vectors.ts";
import { keys } from "./arbitraries.ts";

const digest = (digit: string): string => digit.repeat(64);
const followed: FollowedList = {
  issuer: "acme",
  source: "/srv/a.json",
  public_keys: [digest("1"), digest("2")],
  grace_ms: 10,
  when_stale: "warn",
};
const listed = (issuer: string, sequence: number, sha256: string, signer: string) => ({
  terms: { issuer, sequence, issued_at_unix_ms: 0, expires_at_unix_ms: 0, keys: [], payloads: [], signer_public_key: signer },
  sha256,
});

describe("T8: a list beside the one that was seen", () => {
  it("obeys its table for all inputs", () => {
    const issuers = fc.constantFrom("acme", "globex");
    const names = fc.constantFrom(digest("a"), digest("b"));
    const seen = fc.option(fc.record({ sequence: fc.integer({ min: 1, max: 4 }), sha256: names }), { nil: undefined });
    fc.assert(
      fc.property(issuers, fc.integer({ min: 1, max: 4 }), names, keys, seen, (issuer, sequence, sha256, signer, last) => {
        const outcome = outcomeOf(() => decideList(listed(issuer, sequence, sha256, signer), followed, last));
        if (issuer !== "acme" || !followed.public_keys.includes(signer)) expect(outcome).toHaveCode("RevocationListRefused");
        else if (last === undefined || sequence > last.sequence) expect(outcome).toBe("new");
        else if (sequence < last.sequence) expect(outcome).toHaveCode("RevocationListRolledBack");
        else if (sha256 === last.sha256) expect(outcome).toBe("same");
        else expect(outcome).toHaveCode("ConflictingRevocationList");
      }),
      { numRuns: 2000 },
    );
  });

  it("never goes back, whatever comes in whatever order", () => {
    const list = fc.record({ sequence: fc.integer({ min: 1, max: 5 }), sha256: fc.constantFrom(digest("a"), digest("b")) });
    fc.assert(
      fc.property(fc.array(list, { maxLength: 12 }), (arriving) => {
        let seen: { sequence: number; sha256: string } | undefined;
        const names = new Map<number, string>();
        for (const each of arriving) {
          const outcome = outcomeOf(() => decideList(listed("acme", each.sequence, each.sha256, digest("1")), followed, seen));
          if (outcome instanceof Error) continue;
          expect(each.sequence).toBeGreaterThanOrEqual(seen?.sequence ?? 0);
          // Of one number there is one list, for ever.
          expect(names.get(each.sequence) ?? each.sha256).toBe(each.sha256);
          names.set(each.sequence, each.sha256);
          seen = each;
        }
      }),
    );
  });
});

describe("freshness", () => {
  it("T34: is judged by the time that is handed in: both ends belong to what they end", () => {
    const at = (now: number) => freshnessOf({ expires_at_unix_ms: 100 }, { grace_ms: 10 }, now);
    expect([at(-1), at(100), at(101), at(110), at(111), at(Number.MAX_SAFE_INTEGER)]).toEqual([
      ...["fresh", "fresh", "expired", "expired", "stale", "stale"],
    ]);
    expect(freshnessOf({ expires_at_unix_ms: 100 }, { grace_ms: Number.MAX_SAFE_INTEGER }, Number.MAX_SAFE_INTEGER)).toBe(
      "expired",
    );
  });
});

describe("what lists revoke", () => {
  it("is refused beside what an operator revoked, whose words stay", () => {
    const own = {
      ...EMPTY_CONSTRAINTS,
      revoked: [{ publisher: "acme", public_key: digest("a"), reason: "ours", revoked_at_unix_ms: 1 }],
    };
    const key = (public_key: string, reason: string) => ({ publisher: "acme", public_key, reason, revoked_at_unix_ms: 2 });
    const payloads = [{ payload_sha256: digest("c"), reason: "bad", revoked_at_unix_ms: 3 }];
    const effective = withLists(own, [
      { issuer: "one", keys: [key(digest("a"), "theirs"), key(digest("b"), "first")], payloads },
      { issuer: "two", keys: [key(digest("b"), "second")], payloads: [] },
    ]);
    expect(revocationOfKey(effective, digest("a"))).toEqual(own.revoked[0]);
    expect(revocationOfKey(effective, digest("b"))).toMatchObject({ reason: "first", list: "one" });
    expect(revocationOfPayload(effective, digest("c"))).toMatchObject({ list: "one" });
    expect(withLists(own, [])).toBe(own);
  });

  it("comes from one list an issuer, by name, and goes with it", () => {
    const other = { ...followed, issuer: "aaa" };
    const both = withFollowedList(withFollowedList(EMPTY_CONSTRAINTS, followed), other);
    expect(both.revocation_lists.map(({ issuer }) => issuer)).toEqual(["aaa", "acme"]);
    const moved = withFollowedList(both, { ...followed, source: "/srv/b.json" });
    expect(moved.revocation_lists.map(({ source }) => source)).toEqual(["/srv/a.json", "/srv/b.json"]);
    expect(withoutFollowedList(moved, "aaa").revocation_lists).toHaveLength(1);
  });
});
