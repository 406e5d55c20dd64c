import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { describeShared, shared } from "../../../../testing/shared.ts";
import { foldText, hiddenMatches, lookalikeOf, lookalikes, scriptOf } from "../../src/text/index.ts";

/** Lines of a file of the Unicode Consortium as fields. */
const records = (name: string): readonly (readonly string[])[] =>
  readFileSync(shared("corpora/unicode", name), "utf8")
    .replace(/^\uFEFF/, "")
    .split("\n")
    .map((line) => line.replace(/#.*/, "").trim())
    .filter((line) => line !== "")
    .map((line) => line.split(";").map((field) => field.trim()));
const number = (hex = ""): number => Number.parseInt(hex, 16);
const text = (hex = ""): string => String.fromCodePoint(...hex.split(" ").map(number));

describeShared("corpora/unicode", "tables of Unicode in the source", () => {
  it("give every character the script of Scripts.txt, and none to others", () => {
    const scripts = new Array<string>(0x110000).fill("Unknown");
    for (const [codes = "", script = ""] of records("Scripts.txt")) {
      const [first, last = first] = codes.split("..").map(number);
      scripts.fill(script, first, (last ?? 0) + 1);
    }
    const wrong = scripts.flatMap((script, code) => (scriptOf(code) === script ? [] : [code]));
    expect(wrong).toEqual([]);
  });

  it("have each single character that confusables.txt takes for ASCII with a letter or digit, as it does", () => {
    const listed = records("confusables.txt")
      .map(([source = "", like = ""]) => ({ source: source.split(" ").map(number), like: text(like) }))
      .filter(
        ({ source, like }) => source.length === 1 && (source[0] ?? 0) > 0x7f && /^[!-~]+$/.test(like) && /[A-Za-z0-9]/.test(like),
      );
    expect(listed.length).toBeGreaterThan(1500);
    expect(listed.filter(({ source: [code = 0], like }) => lookalikeOf(code)?.ascii !== like)).toEqual([]);
    expect(lookalikes().size).toBe(listed.length);
  });

  it("know which of them identifiers may have (IdentifierStatus.txt)", () => {
    const allowed = new Set<number>();
    for (const [codes = ""] of records("IdentifierStatus.txt")) {
      const [first = 0, last = first] = codes.split("..").map(number);
      for (let code = first; code <= last; code++) allowed.add(code);
    }
    expect([...lookalikes()].filter(([code, like]) => like.allowed !== allowed.has(code))).toEqual([]);
  });

  it("each confusable of an ASCII letter is seen in a name", () => {
    const unseen = [...lookalikes()]
      .filter(([, { ascii }]) => /[A-Za-z]/.test(ascii))
      .filter(([code]) => hiddenMatches(`re${String.fromCodePoint(code)}d_file`, "name").length === 0);
    expect(unseen).toEqual([]);
  });

  it("each pair that looks the same on purpose (intentional.txt) is one to the patterns, where one of the two is an ASCII letter", () => {
    const pairs = records("intentional.txt").map(([a, b]) => [text(a), text(b)] as const);
    const latin = pairs.filter(([a, b]) => /^[A-Za-z]$/.test(a) && !/^[A-Za-z]$/.test(b));
    expect(latin.length).toBeGreaterThan(20);
    expect(latin.filter(([a, b]) => foldText(b) !== a.toLowerCase())).toEqual([]);
  });

  it("every default ignorable of PropList.txt in a name is seen", () => {
    const properties = new Set(["Other_Default_Ignorable_Code_Point", "Variation_Selector", "Join_Control", "Bidi_Control"]);
    const codes = records("PropList.txt")
      .filter(([, property = ""]) => properties.has(property))
      .flatMap(([range = ""]) => {
        const [first = 0, last = first] = range.split("..").map(number);
        return Array.from({ length: last - first + 1 }, (_, index) => first + index);
      });
    expect(codes.length).toBeGreaterThan(3000);
    expect(codes.filter((code) => hiddenMatches(`re${String.fromCodePoint(code)}d`, "name").length === 0)).toEqual([]);
  });
});
