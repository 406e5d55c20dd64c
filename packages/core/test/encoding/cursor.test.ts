import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Cursor, CursorEnd } from "../../src/encoding/index.ts";
import { outcomeOf } from "../vectors.ts";

describe("Cursor", () => {
  it("reads little-endian numbers and runs of bytes in turn", () => {
    const cursor = new Cursor(Uint8Array.from({ length: 18 }, (_, at) => at + 1).subarray(1));
    expect([cursor.u8(), cursor.u16(), cursor.u32(), cursor.u64()]).toEqual([2, 0x0403, 0x08070605, 0x100f0e0d0c0b0a09n]);
    expect([cursor.take(1), cursor.remaining, cursor.position]).toEqual([Uint8Array.of(17), 1, 16]);
  });

  it("never reads past its end, and says where it stood", () => {
    const bytes = new Uint8Array(8);
    fc.assert(
      fc.property(fc.nat(10), fc.nat(10), fc.constantFrom(1, 2, 4, 8, 20, -1, Number.NaN), (start, end, length) => {
        const cursor = new Cursor(bytes, start, end);
        const outcome = outcomeOf(() => cursor.take(length));
        const fits = length >= 0 && start + length <= Math.min(end, bytes.length);
        expect(outcome instanceof CursorEnd).toBe(!fits);
        expect(outcome).toMatchObject(fits ? { length } : { offset: start });
      }),
    );
  });
});
