import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fields, table } from "../../src/cli/text/layout.ts";
import { colours, plain } from "../../src/cli/text/paint.ts";
import { width } from "../../src/cli/text/width.ts";
import { tree } from "../../src/operations/wording/tree.ts";
import { count, grouped, moment, size } from "../../src/operations/wording/units.ts";

describe("a table", () => {
  it("is aligned, whatever is in it, and has no trailing blanks", () => {
    expect(
      table(
        ["skill", "", "n"],
        [
          [{ text: "acme.echo" }, { text: "" }, { text: "1" }],
          [{ text: "日本" }, { text: "x" }, { text: "" }],
          [{ text: "" }, { text: "" }, { text: "" }],
        ],
        plain,
      ),
    ).toEqual(["skill         n", "acme.echo     1", "日本       x", ""]);
  });
  it("is as wide with colour as without", () => {
    const rows = [
      [{ text: "acme", paint: "good" as const }, { text: "1" }],
      [{ text: "x" }, { text: "22", paint: "bad" as const }],
    ];
    const strip = (line: string): string => line.replaceAll(/\u001b\[\d+m/g, "");
    expect(table(["a", "b"], rows, colours).map(strip)).toEqual(table(["a", "b"], rows, plain));
  });
  it("begins each column where its heading begins", () => {
    const cell = fc.stringMatching(/^[a-z]{0,9}$/);
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell, fc.constant("end")), { minLength: 1 }), (rows) => {
        const lines = table(
          ["one", "two", "three"],
          rows.map((row) => row.map((text) => ({ text }))),
          plain,
        );
        const at = lines[0]?.indexOf("three");
        return lines.slice(1).every((line) => line.lastIndexOf("end") === at && width(line) === (at ?? 0) + 3);
      }),
    );
  });
});

describe("a table in a window that is narrower", () => {
  const rows = [
    [{ text: "01M8HV6321" }, { text: "acme.echo" }, { text: "Ok" }, { text: "user:local" }],
    [{ text: "01M8HV65RB" }],
  ];
  const at = (columns: number): string[] => table(["receipt", "tool", "outcome", "by"], rows, { ...plain, columns });
  it("has its last columns under each other in lines of their own, with their headings", () => {
    expect(at(42)).toHaveLength(3);
    expect(at(41)).toEqual(["receipt     tool       outcome", "  by", "01M8HV6321  acme.echo  Ok", "  user:local", "01M8HV65RB"]);
    expect(at(24).slice(2)).toEqual(["01M8HV6321  acme.echo", "  Ok       user:local", "01M8HV65RB"]);
  });
  it("is no wider than it, and loses nothing", () => {
    const cell = fc.stringMatching(/^[a-z]{1,9}$/);
    const tables = fc.array(fc.tuple(cell, cell, cell, cell), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(tables, fc.integer({ min: 12, max: 60 }), (texts, columns) => {
        const lines = table(
          ["a", "b", "c", "d"],
          texts.map((row) => row.map((text) => ({ text }))),
          { ...plain, columns },
        );
        expect(Math.max(...lines.map(width))).toBeLessThanOrEqual(columns);
        expect(lines.join(" ").trim().split(/ +/)).toEqual(["a", "b", "c", "d", ...texts.flat()]);
      }),
    );
  });
  it("is broken by the window where there are two: the second goes on under itself", () => {
    const words = [[{ text: "acme.echo" }, { text: "Gives a text back" }]];
    expect(table(["tool", "what"], words, { ...plain, columns: 20 })[1]).toBe("acme.echo  Gives a text back");
  });
});

describe("pieces of text", () => {
  it("are fields under each other", () => {
    expect(
      fields(
        [
          ["a", "1"],
          ["long", "2"],
        ],
        plain,
        "  ",
      ),
    ).toEqual(["  a     1", "  long  2"]);
  });
  it("are trees", () => {
    expect(tree([{ text: "a", children: [{ text: "b" }, { text: "c" }] }, { text: "d" }])).toEqual([
      "├─ a",
      "│  ├─ b",
      "│  └─ c",
      "└─ d",
    ]);
  });
  it("are numbers as people read them", () => {
    expect([grouped(5), grouped(1234), grouped(1234567), grouped(12n ** 9n)]).toEqual([
      "5",
      "1,234",
      "1,234,567",
      "5,159,780,352",
    ]);
    expect([count(1, "skill"), count(0, "skill"), count(1000, "skill")]).toEqual(["1 skill", "0 skills", "1,000 skills"]);
    expect([size(0), size(1023), size(1024), size(67108864)]).toEqual(["0 B", "1023 B", "1.0 KiB", "64.0 MiB"]);
    expect([moment(0), moment(2n ** 63n - 1n)]).toEqual(["1970-01-01 00:00:00Z", "9223372036854775807"]);
  });
});
