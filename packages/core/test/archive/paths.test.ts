import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { basicPathProblem, MAX_PATH_BYTES, MAX_SEGMENT_BYTES, pathProblem } from "../../src/archive/index.ts";
import { Names } from "../../src/archive/names.ts";
import { foldName } from "../../src/archive/path.ts";
import { outcomeOf } from "../vectors.ts";

const GOOD = [
  "a",
  "assets/readme.txt",
  "assets/.hidden",
  "assets/a b.txt",
  "assets/ключ/文件.txt",
  "assets/e\u0301.txt",
  "assets/❤\ufe0f.png",
  "assets/console",
  "assets/com0",
  "assets/COM10.txt",
  "assets/nul-and-void",
  "assets/a..b",
  "assets/a;b",
  "assets/a;1b.txt",
  "assets/...a",
  `assets/${"x".repeat(MAX_SEGMENT_BYTES)}`,
  `${"y".repeat(204)}/`.repeat(4) + "z".repeat(MAX_PATH_BYTES - 4 * 205),
];

/** Refused by spec 1.3, in a manifest's roots as in an archive. */
const BAD = [
  "",
  " ",
  "/a",
  "a/",
  "a//b",
  ".",
  "..",
  "a/.",
  "a/../b",
  "./a",
  "a\0b",
  "a:b",
  "C:/a",
  "a\\b",
  "..\\a",
  " a",
  "a ",
  "a\t",
  "a\u00a0",
  "\u3000a",
  "a\u0085",
  "a\u2028",
];

/** Refused in an archive alone (spec 1.6). */
const BAD_NAMES = [
  "a\u0007b",
  "a\nb",
  "a\u007f",
  "a\u0085b",
  "a\u200eb",
  "a\u202eb",
  "a\u2066b",
  "a\u061cb",
  "a\u200bb",
  "a\u200db",
  "a\u00adb",
  "\ufeffa",
  "a\u2060b",
  "a\u180eb",
  "a\u115fb",
  "a\u3164b",
  "a\u{e0041}b",
  "a\ufff9b",
  "a\u2028b",
  "a\ud800b",
  "a|b",
  "a<b",
  "a>b",
  'a"b',
  "a?b",
  "a*b",
  "a./b",
  "a.",
  "a... /b",
  "a /b",
  "b/ a",
  "b/\u00a0a",
  "assets/note.txt;1",
  "assets/note.txt;",
  "a;32767/b",
  "con",
  "CON.txt",
  "a/Nul",
  "aux.c/a",
  "prn .txt",
  "COM1",
  "com9.tar.gz",
  "lpt¹",
  "COM\u00b2.x",
  "conin$",
  "CONOUT$.txt",
  "x".repeat(MAX_SEGMENT_BYTES + 1),
  "é".repeat(128),
  `${"y".repeat(204)}/`.repeat(4) + "z".repeat(MAX_PATH_BYTES - 4 * 205 + 1),
];

describe("T13: paths", () => {
  it.each(GOOD.map((path) => [path]))("%j is a path", (path) => {
    expect(pathProblem(path)).toBeUndefined();
    expect(basicPathProblem(path)).toBeUndefined();
  });

  it.each(BAD.map((path) => [path]))("%j is none (spec 1.3)", (path) => {
    expect(basicPathProblem(path)).toBeTypeOf("string");
    expect(pathProblem(path)).toBeTypeOf("string");
  });

  it.each(BAD_NAMES.map((path) => [path]))("%j is none in an archive (spec 1.6)", (path) => {
    expect(pathProblem(path)).toBeTypeOf("string");
  });

  it.each(["con", "a\u0007b", "a\u202eb", "a b/...", "a|b"])("%j is a root of a manifest all the same (U11)", (path) => {
    expect(basicPathProblem(path)).toBeUndefined();
  });

  it("never leaves its folder, whatever passes", () => {
    const parts = fc.constantFrom("..", ".", "/", "\\", "a", " ", "\0", ":", "\u00a0", "é", "CON", "\u202e");
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(parts).map((each) => each.join("")),
          fc.string({ unit: "binary" }),
        ),
        (path) => {
          if (pathProblem(path) !== undefined) return;
          expect(new URL(`file:///root/${encodeURI(path)}`).pathname).toBe(`/root/${encodeURI(path)}`);
          expect(path.trim()).toBe(path);
          expect(Buffer.byteLength(path)).toBeLessThanOrEqual(MAX_PATH_BYTES);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe("T13: names that one system folds into another", () => {
  const codeOf = (...paths: readonly string[]): unknown =>
    outcomeOf(() => {
      const names = new Names();
      for (const path of paths) names.add(path.replace(/\/$/, ""), !path.endsWith("/"));
    });

  it.each([
    ["a/b", "a/B"],
    ["a/b", "A/c"],
    ["a/", "A/c"],
    ["é", "e\u0301"],
    ["É", "e\u0301"],
    ["ς", "σ"],
    ["Σ", "ς"],
    ["ß", "SS"],
    ["ẞ", "ss"],
    ["ẞ", "ß"],
    ["İ", "i\u0307"],
    ["straẞe/a", "STRASSE/b"],
    ["K", "k"],
    ["ı", "I"],
    ["i", "İ"],
    ["ﬁ", "FI"],
    ["Å", "å"],
    ["ŉ", "ʼN"],
  ])("%j beside %j", (one, other) => {
    expect(codeOf(one, other)).toHaveCode("InvalidArtifactPath");
    expect(codeOf(other, one)).toHaveCode("InvalidArtifactPath");
  });

  it.each([
    ["a", "a/b"],
    ["a/b/c", "a/b"],
    ["a", "a/"],
  ])("%j beside %j: a file with the name of a folder", (one, other) => {
    expect(codeOf(one, other)).toHaveCode("InvalidArtifactPath");
    expect(codeOf(other, one)).toHaveCode("InvalidArtifactPath");
  });

  it("a path twice, be it a file's or a folder's", () => {
    expect(codeOf("a/b", "a/c", "a/b")).toHaveCode("DuplicateArtifactEntry");
    expect(codeOf("a/", "a/")).toHaveCode("DuplicateArtifactEntry");
  });

  it("names that stay apart", () => {
    expect(codeOf("a/", "a/b", "a/c/", "a/c/d", "b", "ab", "á", "ǆ", "o", "ο")).toBeUndefined();
  });

  it("each character, its capital and its small letter are one name", () => {
    const apart: string[] = [];
    for (let code = 0x80; code < 0x110000; code++) {
      if (code >= 0xd800 && code < 0xe000) continue;
      const character = String.fromCodePoint(code);
      const upper = character.toUpperCase();
      const lower = character.toLowerCase();
      if (upper === character && lower === character) continue;
      const folded = foldName(character);
      if (foldName(upper) !== folded || foldName(lower) !== folded) apart.push(character);
    }
    expect(apart).toEqual([]);
  });

  it("folding is what the clause says, for names in ASCII too, and one for all forms of a name", () => {
    const spelledOut = (name: string): string => {
      const letters = name.normalize("NFC").replaceAll("\u0130", "i").replaceAll("\u0131", "i").replaceAll("ẞ", "ss");
      return letters.toUpperCase().toLowerCase().replaceAll("ς", "σ").replaceAll("i\u0307", "i").normalize("NFC");
    };
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "grapheme" }), fc.string()), (name) => {
        expect(foldName(name)).toBe(spelledOut(name));
        expect(foldName(name.normalize("NFD"))).toBe(foldName(name));
      }),
    );
  });
});
