import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  compareUtf8,
  decodeUtf8,
  encodeUtf8,
  fromBase64,
  fromHex,
  isSha256Hex,
  positionAt,
  positionsAt,
  shorten,
  toBase64,
  toHex,
  u64be,
  utf8FaultAt,
} from "../../src/encoding/index.ts";

const wellFormed = fc.string({ unit: "binary" });

describe("hex", () => {
  it("comes back from what it gave, and is Node's", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(toHex(bytes)).toBe(Buffer.from(bytes).toString("hex"));
        expect(fromHex(toHex(bytes))).toEqual(bytes);
        expect(fromHex(toHex(bytes).toUpperCase())).toEqual(bytes);
      }),
    );
  });

  it("takes pairs of digits alone", () => {
    for (const text of ["0", "0g", "g0", " 00", "0x00", "00\n", "０0", "@0", "`0", "\u01410"])
      expect(fromHex(text)).toBeUndefined();
    expect(fromHex("")).toEqual(new Uint8Array());
  });

  it("knows the one form of a digest", () => {
    expect(isSha256Hex("0".repeat(64))).toBe(true);
    for (const text of ["0".repeat(63), "0".repeat(65), "A".repeat(64), `${"0".repeat(64)}\n`])
      expect(isSha256Hex(text)).toBe(false);
  });
});

describe("base64", () => {
  it("comes back from what it gave, and is Node's", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString("base64"));
        expect(fromBase64(toBase64(bytes))).toEqual(bytes);
      }),
    );
  });

  it("takes the one canonical spelling alone", () => {
    for (const text of [
      "Zg=",
      "Zg",
      "Zh==",
      "Zm9=",
      "Z===",
      "====",
      "Zg==Zg==",
      "Z g=",
      "Zg==\n",
      "_w==",
      "-w==",
      "Zm9v\u0100ABC",
      "=Zg=",
    ]) {
      expect(fromBase64(text), text).toBeUndefined();
    }
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."ABZagz09+/=-_ \n") }), (text) => {
        const bytes = fromBase64(text);
        expect(bytes === undefined || toBase64(bytes) === text).toBe(true);
      }),
    );
  });
});

describe("UTF-8", () => {
  it("is Node's own, with a byte order mark kept", () => {
    fc.assert(
      fc.property(wellFormed, (text) => {
        expect(decodeUtf8(encodeUtf8(text))).toBe(text);
      }),
    );
    expect(decodeUtf8(Uint8Array.of(0xef, 0xbb, 0xbf))).toBe("\ufeff");
  });

  it("finds the first byte that is no part of it, exactly where decoding fails", () => {
    const mixed = fc
      .array(fc.oneof(wellFormed.map(encodeUtf8), fc.uint8Array({ maxLength: 4 })))
      .map((parts) => Buffer.concat(parts));
    fc.assert(
      fc.property(mixed, (buffer) => {
        const bytes = new Uint8Array(buffer);
        const at = utf8FaultAt(bytes);
        expect(decodeUtf8(bytes) === undefined).toBe(at !== undefined);
        expect(decodeUtf8(bytes.subarray(0, at))).toBeDefined();
      }),
      { numRuns: 500 },
    );
    expect(utf8FaultAt(Uint8Array.of(0x61, 0xed, 0xa0, 0x80))).toBe(1);
    expect(utf8FaultAt(Uint8Array.of(0xc3))).toBe(0);
  });

  it("orders texts as their bytes", () => {
    const units = fc.string({
      unit: fc.constantFrom("a", "\u007f", "\u0080", "\ud7ff", "\ue000", "\uffff", "\u{10000}", "\u{10ffff}"),
    });
    fc.assert(
      fc.property(fc.oneof(wellFormed, units), fc.oneof(wellFormed, units), (a, b) => {
        expect(Math.sign(compareUtf8(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
      { numRuns: 500 },
    );
  });
});

describe("positions", () => {
  it("counts lines from 1 and columns in code points", () => {
    expect(positionAt("a\r\n😀b\nc", 5)).toEqual({ line: 2, column: 2, quote: "😀b" });
    expect(positionAt("", 0)).toEqual({ line: 1, column: 1, quote: "" });
    expect(positionAt("a\n", 2)).toEqual({ line: 2, column: 1, quote: "" });
    expect(positionAt("a\nb", 1)).toEqual({ line: 1, column: 2, quote: "a" });
  });

  it("is the same for many offsets at once, in any order", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("a", "\n", "\r\n", "😀") }), fc.array(fc.nat(30)), (text, offsets) => {
        const inText = offsets.map((offset) => Math.min(offset, text.length));
        const found = positionsAt(text, inText);
        for (const offset of inText) expect(found.get(offset)).toEqual(positionAt(text, offset));
      }),
    );
  });

  it("quotes a part of a line that is long", () => {
    const { quote, column } = positionAt(`${"x".repeat(10_000)}!${"y".repeat(10_000)}`, 10_000);
    expect([quote.length, quote.includes("x!y"), column]).toEqual([160, true, 10_001]);
    expect(shorten("x".repeat(100), 10)).toBe(`${"x".repeat(9)}…`);
  });
});

describe("framing", () => {
  it("writes 64 bits, most significant first", () => {
    expect(toHex(u64be(258))).toBe("0000000000000102");
    expect(toHex(u64be(2n ** 64n - 1n))).toBe("ffffffffffffffff");
    for (const number of [0, 255, 2 ** 31, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER])
      expect(toHex(u64be(number)), String(number)).toBe(number.toString(16).padStart(16, "0"));
    for (const none of [0.5, 1.5, Number.NaN, 2 ** 31 + 0.5]) expect(() => u64be(none), String(none)).toThrow(RangeError);
  });
});
