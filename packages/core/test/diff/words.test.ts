import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { diffWords, isModelText, type Segment } from "../../src/diff/index.ts";

const marked = (segments: readonly Segment[]): string =>
  segments.map(({ kind, text }) => (kind === "same" ? text : kind === "added" ? `{+${text}+}` : `[-${text}-]`)).join("");

describe("two texts, word by word", () => {
  it.each([
    ["Echoes text", "Echoes the text", "Echoes {+the +}text"],
    ["Echoes text", "Echoes texts", "Echoes [-text-]{+texts+}"],
    ["Echoes text", "Echoes text\u200b", "Echoes text{+\u200b+}"],
    ["cafe", "cafe\u0301", "[-cafe-]{+cafe\u0301+}"],
    ["a", "", "[-a-]"],
    ["", "", ""],
    ["same", "same", "same"],
    ["one\ntwo\n", "one\nthree\ntwo\n", "one\n{+three\n+}two\n"],
  ])("%j to %j", (before, after, expected) => {
    expect(marked(diffWords(before, after))).toBe(expected);
  });

  it("holds both texts whole, whatever they are", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.array(fc.constantFrom("a", " ", "b", "\n", "\u{e0041}")).map((all) => all.join("")),
    );
    fc.assert(
      fc.property(text, text, (before, after) => {
        const segments = diffWords(before, after);
        const without = (kind: Segment["kind"]) =>
          segments
            .filter((each) => each.kind !== kind)
            .map((each) => each.text)
            .join("");
        expect(without("added")).toBe(before);
        expect(without("removed")).toBe(after);
      }),
    );
  });

  it("stays bounded on texts that have nothing in common", () => {
    const [before, after] = [..."ab"].map((letter) => `${letter} `.repeat(200_000));
    expect(diffWords(before ?? "", after ?? "").map(({ kind }) => kind)).toEqual(["removed", "added"]);
  });
});

it("knows which paths are what a model reads", () => {
  const paths = [
    "name",
    "description",
    "input_schema",
    "input_schema.properties.a",
    "output_schema[0]",
    "risk.requires_approval",
  ];
  expect(paths.map((path) => isModelText(`entrypoints.tools[acme.echo].${path}`))).toEqual([true, true, true, true, true, false]);
  expect(isModelText("operator.description")).toBe(false);
});
