import fc from "fast-check";
import type { TrustStore } from "../../src/trust/index.ts";

/** Names near each other, so that equality, prefixes and the dot of T27 come up. */
export const publishers = fc.constantFrom(
  "acme",
  "acme.echo",
  "acme.echo.x",
  "acm",
  "acmee",
  "globex",
  "__proto__",
  "constructor",
);
export const keys = fc.constantFrom(..."0123456789abcdef").map((digit) => digit.repeat(64));

/** Stores in normal form. */
export const stores: fc.Arbitrary<TrustStore> = fc.record({
  trusted: fc
    .dictionary(publishers, fc.uniqueArray(keys, { minLength: 1, maxLength: 3 }))
    .map((lists) => sorted(Object.entries(lists).map(([name, list]) => [name, list.toSorted()]))),
  pinned: fc.dictionary(publishers, keys).map((pins) => sorted(Object.entries(pins))),
});

function sorted<T>(entries: [string, T][]): Map<string, T> {
  return new Map(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
