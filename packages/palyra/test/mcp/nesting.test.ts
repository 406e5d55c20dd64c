import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isNestedTooDeeply, MAX_NESTING } from "../../src/mcp/nesting.ts";

const nested = (levels: number, [open, close]: readonly [string, string], inside = "1"): string =>
  open.repeat(levels) + inside + close.repeat(levels);

describe("how deep a message nests", () => {
  it.each<readonly [string, string]>([
    ["[", "]"],
    ['{"a":', "}"],
    [' [ "]]" , ', "]"],
  ])("is counted exactly: %s", (open, close) => {
    expect(isNestedTooDeeply(nested(MAX_NESTING, [open, close]))).toBe(false);
    expect(isNestedTooDeeply(nested(MAX_NESTING + 1, [open, close]))).toBe(true);
  });

  it("is of brackets, not of texts with brackets in them, however these are escaped", () => {
    const text = fc.string({ unit: fc.constantFrom("[", "{", "\\", '"', "x", "]"), minLength: 300, maxLength: 2_000 });
    fc.assert(
      fc.property(text, fc.boolean(), (said, isDeep) => {
        const levels = MAX_NESTING - 1 + (isDeep ? 1 : 0);
        expect(isNestedTooDeeply(nested(levels, ["[", "]"], JSON.stringify({ [said]: said })))).toBe(isDeep);
      }),
    );
  });

  it("of what is no JSON is no fault of its own", () => {
    for (const text of ['"'.repeat(301), "]".repeat(400), `"${"\\".repeat(400)}`]) expect(isNestedTooDeeply(text)).toBe(false);
  });
});
