import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonText } from "../../src/operations/wording/json-text.ts";

describe("T20: a document shows on a terminal what it says", () => {
  it("with control, bidi, invisible and odd characters as escapes, and all others as they are", () => {
    const odd = "\u001b[2J\u007f\u009b31m\u200b\u202e\u2066\ufeff\u00ad\u2028\ue000\u{e0041}\u00a0\n";
    const escapes = "\\u001b[2J\\u007f\\u009b31m\\u200b\\u202e\\u2066\\ufeff\\u00ad\\u2028\\ue000\\udb40\\udc41\\u00a0\\n";
    for (const [document, text] of [
      [{ [odd]: odd, plain: "Zoë 漢字 😀" }, `{"${escapes}":"${escapes}","plain":"Zoë 漢字 😀"}\n`],
      // Written by our own writer, since the engine's has no form for it.
      [{ big: 2n ** 64n, odd }, `{"big":18446744073709551616,"odd":"${escapes}"}\n`],
    ] as const) {
      expect(jsonText(document, 0)).toBe(text);
    }
    expect(jsonText("\u2800\u{1d159}\u{16fe4}\u2801", 0)).toBe('"\\u2800\\ud834\\udd59\\ud81b\\udfe4\u2801"\n');
    expect(jsonText({ odd: "\u202e" }, 2)).toBe('{\n  "odd": "\\u202e"\n}\n');
  });

  it("and is the same document", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: "binary" }), fc.string({ unit: "binary" })), (value) => {
        const text = jsonText(value, 2);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(text).not.toMatch(/[^\P{C}\n]/u);
      }),
    );
  });
});
