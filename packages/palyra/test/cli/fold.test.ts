import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fold } from "../../src/cli/text/fold.ts";
import { colours } from "../../src/cli/text/paint.ts";
import { width } from "../../src/cli/text/width.ts";
import { commandLine, temporaryFolder } from "./support.ts";

const bare = (line: string): string => line.replaceAll(/\u001b\[\d+m/g, "");

describe("a line in a narrow window", () => {
  it("is broken at blanks, and goes on a little further in", () => {
    expect(fold("error: nobody here trusts acme yet", 20)).toEqual(["error: nobody here", "  trusts acme yet"]);
    expect(fold("fits", 20)).toEqual(["fits"]);
  });
  it("goes on under its second column", () => {
    expect(fold("  trust    its key is on your list (allowlisted)", 30)).toEqual([
      "  trust    its key is on your",
      "           list (allowlisted)",
    ]);
  });
  it("keeps the branches of a tree", () => {
    expect(fold("│  ├─ one two three", 14)).toEqual(["│  ├─ one two", "│  │    three"]);
    expect(fold("└─ one two three", 12)).toEqual(["└─ one two", "     three"]);
  });
  it("leaves alone what must stand above a caret, and a word that is longer than it", () => {
    const quote = '    12 | version = "01.0.0" and much more';
    expect(fold(quote, 20)).toEqual([quote]);
    expect(fold(`read ${"a".repeat(64)} now`, 30)).toEqual([`read ${"a".repeat(64)}`, "  now"]);
  });
  it("gives a hash of a column that is too narrow a line of its own, whole", () => {
    const hash = "a".repeat(64);
    expect(fold(`  public key  ${hash} now`, 70)).toEqual(["  public key", `    ${hash}`, "              now"]);
    expect(fold(`  key  ${hash}`, 30)).toEqual(["  key", hash]);
    expect(fold(`├─ key  ${hash}`, 70)).toEqual(["├─ key", `│    ${hash}`]);
  });
  it("does not count colours", () => {
    expect(fold(`${colours.good("done")} with it`, 12)).toEqual([`${colours.good("done")} with it`]);
  });
  it("loses no word, and is never wider than the window where its words are not", () => {
    const word = fc.stringMatching(/^[a-z日│]{1,6}$/);
    fc.assert(
      fc.property(fc.array(word, { minLength: 1 }), fc.integer({ min: 20, max: 60 }), (words, columns) => {
        const lines = fold(words.map((each, at) => (at % 2 === 0 ? colours.bad(each) : each)).join(" "), columns).map(bare);
        const blanks = /[ │]+/;
        expect(lines.join(" ").split(blanks).join("")).toBe(words.join(" ").split(blanks).join(""));
        return lines.every((line) => width(line) <= columns);
      }),
    );
  });
});

describe("a window of 60 columns", () => {
  const palyra = commandLine(temporaryFolder(), { terminal: true, columns: 60, env: { NO_COLOR: "1" } });
  it.each([["--help"], ["skills", "install", "--help"], ["skills", "list", "--help"], ["skills", "info", "no.such"], ["skills"]])(
    "holds %s %s",
    async (...argv) => {
      const { stdout, stderr } = await palyra(...argv);
      const lines = `${stdout}${stderr}`.split("\n");
      expect(lines.length).toBeGreaterThan(1);
      expect(lines.filter((line) => width(line) > 60)).toEqual([]);
    },
  );
});
