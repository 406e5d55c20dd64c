import fc from "fast-check";
import { writeJson } from "palyra-skills/encoding";
import { describe, expect, it } from "vitest";
import { asJson } from "../../src/operations/wording/as-json.ts";
import { jsonText } from "../../src/operations/wording/json-text.ts";

describe("a document as text", () => {
  it("is the same whoever writes it", () => {
    fc.assert(
      fc.property(
        // No document has a negative zero, which the two would write each in its own way.
        fc.jsonValue().map((value): unknown => JSON.parse(JSON.stringify(value))),
        fc.constantFrom(0 as const, 2 as const),
        (value, indent) => jsonText(value, indent) === `${writeJson(asJson(value), { indent })}\n`,
      ),
    );
  });
  it("keeps integers that a double cannot hold, and leaves out what is undefined", () => {
    expect(jsonText({ big: 2n ** 64n, none: undefined, list: [] }, 0)).toBe('{"big":18446744073709551616,"list":[]}\n');
    expect(jsonText({ none: undefined, a: 1 }, 2)).toBe('{\n  "a": 1\n}\n');
  });
  it("refuses what JSON has no form for", () => {
    expect(() => jsonText({ big: 1n, f: () => 1 }, 0)).toThrow(TypeError);
  });
});
