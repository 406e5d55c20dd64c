import fc from "fast-check";
import {
  isNameRefused,
  type LicenseExpression,
  licensesIn,
  licenseText,
  parseLicense,
  refusedLicenses,
} from "palyra-skills/supplychain";
import { describe, expect, it } from "vitest";

const parsed = (text: string): LicenseExpression => {
  const reading = parseLicense(text);
  if (!reading.ok) throw new Error(`${text}: ${reading.problem}`);
  return reading.expression;
};

describe("licence expressions", () => {
  const valid = [
    ["MIT", ["MIT"]],
    ["mit", ["MIT"]],
    ["Apache-2.0+", ["Apache-2.0+"]],
    ["GPL-2.0+", ["GPL-2.0+"]],
    ["GPL-2.0-only WITH Classpath-exception-2.0", ["GPL-2.0-only WITH Classpath-exception-2.0"]],
    ["MIT or (ISC and 0BSD)", ["MIT", "ISC", "0BSD"]],
    ["((MIT))", ["MIT"]],
    ["(MIT)AND(ISC)", ["MIT", "ISC"]],
    ["LicenseRef-ours OR DocumentRef-spdx:LicenseRef-theirs", ["LicenseRef-ours", "DocumentRef-spdx:LicenseRef-theirs"]],
  ] as const;
  it.each(valid)("%s", (text, licenses) => expect(licensesIn(parsed(text))).toEqual(licenses));

  it("bind AND before OR", () => {
    const tree = parsed("MIT OR ISC AND 0BSD OR Zlib");
    expect(tree.kind === "or" && tree.parts.map(({ kind }) => kind)).toEqual(["license", "and", "license"]);
  });

  const invalid = [
    "",
    " ",
    "()",
    "MIT ISC",
    "MIT AND",
    "OR MIT",
    "(MIT",
    "MIT)",
    "Made-Up-1.0",
    "MIT WITH",
    "MIT WITH MIT",
    "NONE",
    "MIT/ISC",
    "LicenseRef-",
  ];
  it.each(invalid)("%j is none", (text) => expect(parseLicense(text).ok).toBe(false));

  it("are read in bounds, whatever they are", () => {
    expect(parseLicense(`${"(".repeat(2000)}MIT${")".repeat(2000)}`)).toMatchObject({
      ok: false,
      problem: expect.stringContaining("deep"),
    });
    expect(parseLicense(" ".repeat(5000))).toMatchObject({ ok: false });
    fc.assert(fc.property(fc.string({ maxLength: 200 }), (text) => typeof parseLicense(text).ok === "boolean"));
  });

  const leaf = fc.constantFrom("MIT", "ISC", "0BSD", "GPL-3.0-only", "GPL-2.0-only WITH Classpath-exception-2.0");
  const { tree } = fc.letrec<{ tree: string }>((tie) => ({
    tree: fc.oneof(
      { depthSize: "small" },
      leaf,
      fc.tuple(tie("tree"), fc.constantFrom("AND", "OR"), tie("tree")).map(([a, operator, b]) => `(${a} ${operator} ${b})`),
    ),
  }));
  const written = (expression: LicenseExpression): string =>
    expression.kind === "license"
      ? licenseText(expression)
      : `(${expression.parts.map(written).join(` ${expression.kind.toUpperCase()} `)})`;

  it("mean the same once written again", () => {
    fc.assert(fc.property(tree, (text) => void expect(parsed(written(parsed(text)))).toEqual(parsed(text))));
  });

  it("are refused exactly where every choice that they leave has a refused licence", () => {
    const denied = ["GPL-*", "ISC"];
    const bad = (license: string) => license.startsWith("GPL-") || license === "ISC";
    const choices = (expression: LicenseExpression): string[][] => {
      if (expression.kind === "license") return [[licenseText(expression)]];
      const parts = expression.parts.map(choices);
      if (expression.kind === "or") return parts.flat();
      return parts.reduce((all, each) => all.flatMap((left) => each.map((right) => [...left, ...right])), [[]]);
    };
    fc.assert(
      fc.property(tree, (text) => {
        const expression = parsed(text);
        const ways = choices(expression);
        fc.pre(ways.length < 1000);
        expect(refusedLicenses(expression, { denied, allowed: [] }).length > 0).toBe(ways.every((way) => way.some(bad)));
      }),
    );
  });
});

describe("terms of a policy", () => {
  const refused = (text: string, denied: readonly string[], allowed: readonly string[] = []) =>
    refusedLicenses(parsed(text), { denied, allowed });
  it("deny by id, by beginning, and with an exception alone", () => {
    expect(refused("AGPL-3.0-only", ["agpl-*"])).toEqual(["AGPL-3.0-only"]);
    expect(refused("LGPL-3.0-only", ["GPL-*"])).toEqual([]);
    expect(refused("Apache-2.0+", ["Apache-2.0"])).toEqual(["Apache-2.0+"]);
    expect(refused("GPL-2.0-only", ["GPL-2.0-only WITH Classpath-exception-2.0"])).toEqual([]);
    expect(refused("GPL-2.0-only WITH Classpath-exception-2.0", ["GPL-2.0-only"])).toHaveLength(1);
  });
  it("allow only some", () => {
    expect(refused("MIT OR GPL-3.0-only", [], ["MIT"])).toEqual([]);
    expect(refused("MIT AND GPL-3.0-only", [], ["MIT"])).toEqual(["GPL-3.0-only"]);
    expect(isNameRefused("Our Own", { denied: [], allowed: ["our own"] })).toBe(false);
    expect(isNameRefused("Theirs", { denied: [], allowed: ["our own"] })).toBe(true);
  });
});

describe("the two ids that SPDX has for one licence", () => {
  const cases = [
    ["AGPL-3.0", "AGPL-3.0-only", true],
    ["AGPL-3.0-only", "AGPL-3.0", true],
    ["GPL-2.0+", "GPL-2.0-or-later", true],
    ["GPL-2.0-or-later", "GPL-2.0+", true],
    ["GPL-2.0-with-classpath-exception", "GPL-2.0-only", true],
    ["LGPL-2.1 WITH OCaml-LGPL-linking-exception", "LGPL-2.1-only WITH OCaml-LGPL-linking-exception", true],
    ["GPL-2.0-only", "GPL-2.0-or-later", false],
    ["AGPL-3.0-only", "AGPL-1.0", false],
    ["MIT", "MIT-0", false],
  ] as const;
  it.each(cases)("%s, where %s is denied: %s", (text, denied, refused) => {
    expect(refusedLicenses(parsed(text), { denied: [denied], allowed: [] }).length > 0).toBe(refused);
    expect(refusedLicenses(parsed(text), { denied: [], allowed: [denied] }).length === 0).toBe(refused);
  });
});
