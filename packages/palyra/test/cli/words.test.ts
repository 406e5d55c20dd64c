import fc from "fast-check";
import { nearest } from "palyra-skills/encoding";
import { describe, expect, it } from "vitest";
import { distance } from "../../../core/src/encoding/nearest.ts";
import type { Option } from "../../src/cli/options.ts";
import { readWords } from "../../src/cli/words.ts";
import { PalyraError } from "../../src/errors.ts";

const options: Option[] = [
  { name: "json", kind: "flag", placeholder: "", help: "" },
  { name: "verbose", short: "v", kind: "flag", placeholder: "", help: "" },
  { name: "reason", kind: "text", placeholder: "TEXT", help: "" },
  { name: "module", kind: "list", placeholder: "FILE", help: "" },
];
const rules = { options, later: { oci: "registries" } };
const read = (...words: string[]) => readWords(words, rules);
const problemOf = (...words: string[]): string => {
  try {
    read(...words);
  } catch (error) {
    if (error instanceof PalyraError && "problem" in error.details) return String(error.details.problem);
    throw error;
  }
  return "";
};

describe("words of a command line", () => {
  it("are flags, texts, lists and others", () => {
    const words = read("a", "--json", "--reason", "why not", "--module=x", "b", "--module", "y", "-v");
    expect([...words.flags]).toEqual(["json", "verbose"]);
    expect(words.texts.get("reason")).toBe("why not");
    expect(words.lists.get("module")).toEqual(["x", "y"]);
    expect(words.others).toEqual(["a", "b"]);
  });
  it("may be empty values, and hold = themselves", () => {
    expect(read("--reason", "").texts.get("reason")).toBe("");
    expect(read("--reason=").texts.get("reason")).toBe("");
    expect(read("--reason=a=b").texts.get("reason")).toBe("a=b");
    expect(read("--reason=-x").texts.get("reason")).toBe("-x");
    expect(read("--reason", "-").texts.get("reason")).toBe("-");
  });
  it("are no options after --", () => {
    expect(read("--json", "--", "--reason", "-v", "--")).toMatchObject({ others: ["--reason", "-v", "--"] });
  });
  it.each([
    [["--resaon", "x"], "unknown option"],
    [["-x"], "unknown option"],
    [["--reason"], "needs a value"],
    [["--reason", "--json"], "needs a value"],
    [["--json=1"], "takes no value"],
    [["--reason", "a", "--reason", "b"], "given twice"],
    [["--oci", "x"], "--oci needs registries"],
    [["--constructor", "x"], "unknown option"],
  ])("refuse %j: %s", (words, problem) => {
    expect(problemOf(...words)).toContain(problem);
  });
  it("end in words or in Usage, whatever they are", () => {
    const word = fc.oneof(fc.string(), fc.constantFrom("--json", "--reason", "--module", "--", "-v", "--reason=", "-", "--oci"));
    fc.assert(
      fc.property(fc.array(word), (words) => {
        try {
          read(...words);
          return true;
        } catch (error) {
          return error instanceof PalyraError && error.code === "Usage";
        }
      }),
    );
  });
});

describe("suggestions", () => {
  it("are the nearest word, or the one that begins so", () => {
    expect(nearest("instal", ["install", "list", "info"])).toBe("install");
    expect(nearest("isntall", ["install", "list", "info"])).toBe("install");
    expect(nearest("quar", ["quarantine", "list"])).toBe("quarantine");
    expect(nearest("xyz", ["install", "list"])).toBeUndefined();
    expect(nearest("", ["install"])).toBeUndefined();
  });
  it("measure letters added, dropped, changed and swapped", () => {
    expect([
      distance("", "abc"),
      distance("abc", "abc"),
      distance("acb", "abc"),
      distance("ab", "abc"),
      distance("axc", "abc"),
    ]).toEqual([3, 0, 1, 1, 1]);
    fc.assert(
      fc.property(fc.string({ maxLength: 20 }), fc.string({ maxLength: 20 }), (a, b) => distance(a, b) === distance(b, a)),
    );
    expect(distance("x".repeat(1000), "abc")).toBe(Number.POSITIVE_INFINITY);
  });
});
