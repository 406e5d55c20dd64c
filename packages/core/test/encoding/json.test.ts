import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  fromInteger,
  JsonFault,
  type JsonValue,
  LONG_KEY,
  MAX_JSON_DEPTH,
  MAX_JSON_VALUES,
  MAX_LONG_KEYS,
  parseJson,
  toValue,
  writeJson,
} from "../../src/encoding/index.ts";
import { outcomeOf } from "../vectors.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const faultOf = (text: string | Uint8Array): unknown => outcomeOf(() => parseJson(text));

/** Values as the reader gives them: integers beyond a double are bigints, objects have no prototype. */
const { value: jsonValues } = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    fc.string({ unit: "binary" }),
    fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(fromInteger),
    fc.double({ noDefaultInfinity: true, noNaN: true }).filter((number) => !Number.isInteger(number)),
    fc.array(tie("value"), { maxLength: 5 }),
    fc.dictionary(fc.oneof(fc.string(), fc.constantFrom("__proto__", "constructor", "toString")), tie("value"), {
      maxKeys: 5,
      noNullPrototype: false,
    }),
  ),
}));

describe("strict JSON", () => {
  it("reads a string of a million escapes", () => {
    expect(toValue(parseJson(`"${"a\\n\\u00e9".repeat(500_000)}"`))).toBe("a\né".repeat(500_000));
  });

  it("refuses many keys that an engine would compare in full", () => {
    const long = (count: number, length: number): string =>
      `{${Array.from({ length: count }, (_, index) => `"${String(index).padStart(length, "k")}":0`).join(",")}}`;
    expect(parseJson(long(MAX_LONG_KEYS, LONG_KEY + 1))).toMatchObject({ kind: "object" });
    expect(parseJson(long(MAX_LONG_KEYS + 1, LONG_KEY))).toMatchObject({ kind: "object" });
    expect(faultOf(long(MAX_LONG_KEYS + 1, LONG_KEY + 1))).toMatchObject({ problem: "too many long keys" });
  });

  it("gives back what was written, exactly, in any form of writing", () => {
    fc.assert(
      fc.property(jsonValues, fc.constantFrom(0, 2), fc.boolean(), (value, indent, sortKeys) => {
        const text = writeJson(value, { indent, sortKeys });
        expect(writeJson(toValue(parseJson(text)), { indent, sortKeys })).toBe(text);
        expect(toValue(parseJson(bytes(text)))).toEqual(toValue(parseJson(writeJson(value))));
      }),
    );
  });

  it("agrees with JSON.parse where both read", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(JSON.parse(writeJson(toValue(parseJson(text))))).toEqual(JSON.parse(text));
      }),
    );
  });

  it("throws nothing but JsonFault, whatever the bytes", () => {
    const texts = fc.array(
      fc.constantFrom("{", "}", "[", "]", '"', ":", ",", "\\", "\\u", "d83d", "1", "-", ".", "e", " ", "null", "a"),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          texts.map((parts) => parts.join("")),
          fc.string({ unit: "binary" }),
        ),
        (text) => {
          const outcome = faultOf(text);
          expect(outcome instanceof Error ? outcome instanceof JsonFault : true).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });

  it("keeps integers exact and tells them from fractions", () => {
    expect(parseJson("18446744073709551615")).toMatchObject({ kind: "integer", value: 18446744073709551615n });
    expect(parseJson("-9223372036854775808")).toMatchObject({ kind: "integer", value: -9223372036854775808n });
    for (const text of ["1.0", "1e3", "-0", "0.5"]) expect(parseJson(text)).toMatchObject({ kind: "float", value: Number(text) });
    expect(toValue(parseJson("[9007199254740991, 9007199254740993]"))).toEqual([9007199254740991, 9007199254740993n]);
  });

  it("refuses numbers beyond a double (A10), however long", () => {
    for (const text of ["1e400", "-1e400", `1${"0".repeat(400)}`, "9".repeat(1_000_000)]) {
      expect(faultOf(text)).toMatchObject({ problem: "number beyond a double" });
    }
    expect(parseJson(`1${"0".repeat(308)}`)).toMatchObject({ value: 10n ** 308n });
  });

  it("refuses lone surrogates (A10), escaped or not", () => {
    for (const text of ['"\\ud800"', '"\\udc00"', '"\\ud800\\ud800"', '"\\ud800x"', '"\ud800"', '"\udc00\ud800"']) {
      expect(faultOf(text)).toMatchObject({ problem: "lone surrogate" });
    }
    expect(parseJson('"\\ud83d\\ude00"')).toMatchObject({ value: "😀" });
  });

  it("takes nesting up to the limit and no deeper (A11), without a stack overflow", () => {
    expect(parseJson("[".repeat(MAX_JSON_DEPTH) + "]".repeat(MAX_JSON_DEPTH))).toMatchObject({ kind: "array" });
    const deep = '{"a":'.repeat(MAX_JSON_DEPTH + 1);
    expect(faultOf(deep)).toMatchObject({ problem: "nested too deeply" });
    expect(faultOf("[".repeat(1_000_000))).toMatchObject({ problem: "nested too deeply", column: MAX_JSON_DEPTH + 1 });
    expect(outcomeOf(() => parseJson("[[1]]", { maxDepth: 1 }))).toMatchObject({ problem: "nested too deeply" });
  });

  it("T13: refuses a repeated key (A12), also when one is escaped, and says where", () => {
    expect(faultOf('{"a": 1,\n "b": 2,\n "a": 3}')).toMatchObject({
      problem: "repeated key",
      line: 3,
      column: 2,
      quote: ' "a": 3}',
    });
    expect(faultOf('{"key": 1, "\\u006bey": 2}')).toMatchObject({ problem: "repeated key" });
    expect(faultOf('{"__proto__": 1, "__proto__": 2}')).toMatchObject({ problem: "repeated key" });
  });

  it("takes __proto__ and constructor as ordinary keys", () => {
    const value = toValue(parseJson('{"__proto__": {"polluted": 1}, "constructor": 2}'));
    expect(Object.getPrototypeOf(value)).toBeNull();
    expect(Object.keys(value ?? {})).toEqual(["__proto__", "constructor"]);
    expect({}).not.toHaveProperty("polluted");
  });

  it("refuses a byte order mark and text that is not UTF-8, with the place", () => {
    expect(faultOf("\ufeff{}")).toMatchObject({ problem: "byte order mark", line: 1, column: 1 });
    expect(faultOf(Uint8Array.of(0x7b, 0x0a, 0x20, 0xff))).toMatchObject({ problem: "not UTF-8", line: 2, column: 2 });
  });

  it("bounds the number of values", () => {
    expect(faultOf(`[${"0,".repeat(MAX_JSON_VALUES)}0]`)).toMatchObject({ problem: "too many values" });
  });

  it("consumes all of the text", () => {
    expect(faultOf("{} x")).toMatchObject({ problem: "text after the end of the value", column: 4 });
    expect(faultOf("")).toMatchObject({ problem: "unexpected end" });
    expect(faultOf('"abc')).toMatchObject({ problem: "string without an end", column: 1 });
  });

  it("stands to its faults as documents report them", () => {
    const fault = faultOf("[1,\n  2,,]");
    expect(fault instanceof JsonFault && fault.toFault("pins")).toEqual({
      path: "pins",
      problem: "unexpected character",
      line: 2,
      column: 5,
      quote: "  2,,]",
    });
  });
});

describe("writeJson", () => {
  it("indents by two, keeps the order of keys, or sorts them by their UTF-8 bytes", () => {
    const value = { b: [1, { c: [] }], "\u{10000}": {}, "\uffff": 2n ** 64n, a: undefined };
    expect(writeJson(value)).toBe('{"b":[1,{"c":[]}],"\u{10000}":{},"\uffff":18446744073709551616}');
    expect(writeJson(value, { indent: 2 })).toBe(
      '{\n  "b": [\n    1,\n    {\n      "c": []\n    }\n  ],\n  "\u{10000}": {},\n  "\uffff": 18446744073709551616\n}',
    );
    expect(writeJson(value, { sortKeys: true })).toBe('{"b":[1,{"c":[]}],"\uffff":18446744073709551616,"\u{10000}":{}}');
  });

  it("keeps the sign of a zero, which the fuzzer found lost", () => {
    expect(writeJson([-0, 0])).toBe("[-0,0]");
    expect(toValue(parseJson(writeJson(-0)))).toBe(-0);
  });

  it("has no text for what JSON cannot say", () => {
    expect(() => writeJson(Number.NaN)).toThrow(TypeError);
    expect(writeJson("\ud800")).toBe('"\\ud800"');
  });
});
