import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { monotonicUlids } from "../../src/entry/ulid.ts";

const full = (size: number): Uint8Array => new Uint8Array(size).fill(0xff);
const zero = (size: number): Uint8Array => new Uint8Array(size);

describe("ULIDs", () => {
  it("are the time and the random bits in Crockford's base 32", () => {
    expect(monotonicUlids(zero)(0)).toBe("00000000000000000000000000");
    expect(monotonicUlids(full)(2 ** 48 - 1)).toBe("7ZZZZZZZZZZZZZZZZZZZZZZZZZ");
    // The example of the specification: 1469918176385 is 01ARYZ6S41.
    expect(monotonicUlids(zero)(1469918176385).slice(0, 10)).toBe("01ARYZ6S41");
  });
  it("ascend, within a millisecond, over its end, and when the clock goes back", () => {
    const next = monotonicUlids(full);
    const made = [next(5), next(5), next(5), next(4), next(9)];
    expect(made.toSorted()).toEqual(made);
    expect(new Set(made).size).toBe(5);
    fc.assert(
      fc.property(fc.array(fc.nat(3), { minLength: 2 }), (times) => {
        const make = monotonicUlids(zero);
        const all = times.map(make);
        return all.every((ulid, at) => /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(ulid) && (at === 0 || ulid > (all[at - 1] ?? "")));
      }),
    );
  });
});
