import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { busyMs } from "../../../../testing/busy.ts";
import { judgePattern } from "../../src/schema/index.ts";

const codeOf = (pattern: string): string => judgePattern(pattern)?.code ?? "fine";

describe("T24 (schemas): regular expressions that can blow up", () => {
  it.each([
    "(a+)+$",
    "^(a|a)*$",
    "^(a|aa)+$",
    "(.*)*x",
    "^(\\w+\\s?)*$",
    "(x+x+)+y",
    "^(([a-z])+.)+[A-Z]([a-z])+$",
    "(\\d+|\\w+)*!",
    "^(\\d*)*$",
    "^(?:(?:a|b)*c?)*d$",
    "(a{1,5}){1,30}x",
    "^(?:(?:x{1,3}){1,3})+$",
    "(?=(a+)+$)b",
    "^([a-zA-Z0-9])(([\\-.]|[_]+)?([a-zA-Z0-9]+))*(@){1}[a-z0-9]+$",
  ])("%s", (pattern) => expect(codeOf(pattern)).toBe("pattern_exponential"));

  it.each(["^.*a.*b.*c.*d$", "^a*a*a*a*b$"])("%s takes a high power", (pattern) => {
    expect(codeOf(pattern)).toBe("pattern_polynomial");
  });

  it.each([
    "^[a-z0-9-]+$",
    "^\\d{4}-\\d{2}-\\d{2}$",
    "^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$",
    "^#[0-9a-fA-F]{6}$",
    "^(foo|bar|baz)$",
    "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
    "^/([a-z]+/)*$",
    "^(\\d+)(,\\d+)*$",
    "^v?\\d+\\.\\d+\\.\\d+(-[0-9A-Za-z-]+(\\.[0-9A-Za-z-]+)*)?$",
    "^.{1,1000}$",
    "^\\S(.*\\S)?$",
    "^[\\p{L}\\p{N} _-]{1,64}$",
    "^(?!.*\\.\\.)[a-z.]+$",
    "^P(?!$)(\\d+Y)?(\\d+M)?(\\d+W)?(\\d+D)?(T(?=\\d)(\\d+H)?(\\d+M)?(\\d+S)?)?$",
    "^((25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(\\.|$)){4}$",
    "^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,}$",
    `^(${Array.from({ length: 200 }, (_, index) => `word${index}`).join("|")})$`,
  ])("%s is fine", (pattern) => expect(codeOf(pattern)).toBe("fine"));

  it.each([
    ["(", "pattern_invalid"],
    ["[z-a]", "pattern_invalid"],
    ["^\\-x$", "pattern_not_unicode"],
    ["^(a)b\\1$", "pattern_undecided"],
    ["^(?:a?){30}a{30}$", "pattern_undecided"],
    ["a".repeat(2001), "pattern_too_large"],
    [".*".repeat(300), "pattern_too_large"],
  ])("%s: %s", (pattern, code) => expect(codeOf(pattern)).toBe(code));

  it("whatever it is, an answer comes, and the engine takes what is called valid", () => {
    const atoms = fc.constantFrom(
      "a",
      "b",
      ".",
      "\\d",
      "[a-c]",
      "(?:",
      "(",
      ")",
      "|",
      "*",
      "+",
      "?",
      "{2,5}",
      "{3}",
      "^",
      "$",
      "\\1",
      "[",
      "]",
      "é",
    );
    fc.assert(
      fc.property(fc.array(atoms, { maxLength: 14 }), (parts) => {
        const pattern = parts.join("");
        let engine = true;
        try {
          new RegExp(pattern, "u");
        } catch {
          engine = false;
        }
        const code = codeOf(pattern);
        if (code === "fine") expect(engine).toBe(true);
        if (engine) expect(["pattern_invalid", "pattern_not_unicode"]).not.toContain(code);
      }),
    );
  });

  it("what is called fine is quick on texts that hostile ones are slow on", () => {
    const atoms = fc.constantFrom("a", "b", "[ab]", ".");
    const { quantified } = fc.letrec<{ quantified: string; group: string }>((tie) => ({
      quantified: fc
        .tuple(fc.oneof(atoms, tie("group")), fc.constantFrom("", "*", "+", "?", "{1,3}"))
        .map((parts) => parts.join("")),
      group: fc
        .tuple(
          fc.array(tie("quantified"), { minLength: 1, maxLength: 3 }),
          fc.constantFrom("", "|"),
          fc.array(tie("quantified"), { maxLength: 2 }),
        )
        .map(([left, bar, right]) => `(?:${left.join("")}${bar}${right.join("")})`),
    }));
    fc.assert(
      fc.property(quantified, (body) => {
        const pattern = `^${body}$`;
        if (codeOf(pattern) !== "fine") return;
        const expression = new RegExp(pattern, "u");
        const start = busyMs();
        for (const text of ["a", "b", "ab", "aab"]) expression.test(`${text.repeat(Math.ceil(28 / text.length))}!`);
        expect(busyMs() - start).toBeLessThan(1000);
      }),
      { numRuns: 300 },
    );
  });
});
