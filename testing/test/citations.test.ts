import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { repositoryRoot } from "../shared.ts";

const read = (path: string): string => readFileSync(join(repositoryRoot, path), "utf8");
const files = (folder: string): string[] =>
  readdirSync(join(repositoryRoot, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => join(entry.parentPath, entry.name).slice(repositoryRoot.length + 1));

const spec = read("SPEC.md");
const sources = ["packages/core/src", "packages/sandbox/src", "packages/palyra/src"].flatMap(files);
const tests = ["packages/core/test", "packages/sandbox/test", "packages/palyra/test", "testing"].flatMap(files);

/** `1.5`, `6` … of the headings; `9.1b` too. */
const clauses = new Set([...spec.matchAll(/^#{2,3} (\d+(?:\.\d+b?)?)\.? /gm)].map((match) => match[1] ?? ""));
const threats = new Set([...spec.matchAll(/^\| (T\d+) \|/gm)].map((match) => match[1] ?? ""));

/** The table "Threats and their tests" of SPEC.md: `| T13 | built | packages/… |`. */
const states = [...spec.matchAll(/^\| (T\d+) \| (built|later)[^|]*\| ([^|]*) \|$/gm)].map((match) => ({
  threat: match[1] ?? "",
  state: match[2] ?? "",
  files: [...(match[3] ?? "").matchAll(/`([^`]+)`/g)].map((file) => file[1] ?? ""),
}));

const cited = (paths: readonly string[], pattern: RegExp): Map<string, string> => {
  const found = new Map<string, string>();
  for (const path of paths) for (const match of read(path).matchAll(pattern)) found.set(match[1] ?? "", path);
  return found;
};

describe("citations are held against SPEC.md", () => {
  it("finds clauses and threats at all", () => {
    expect(clauses.has("1.5") && clauses.has("6") && clauses.has("12")).toBe(true);
    expect(threats.size).toBe(44);
  });

  it("every clause that code or a test cites is there", () => {
    const citations = cited([...sources, ...tests], /\bspec (\d+(?:\.\d+b?)?)/gi);
    expect(citations.size).toBeGreaterThan(20);
    expect([...citations].filter(([clause]) => !clauses.has(clause))).toEqual([]);
  });

  it("every threat that code or a test cites is there", () => {
    const citations = cited(
      [...sources, ...tests.filter((path) => !path.includes("citations"))],
      /(?<![\w.])(T\d{1,2})(?![\w.])/g,
    );
    expect([...citations].filter(([threat]) => !threats.has(threat))).toEqual([]);
  });

  it("every threat has a state", () => {
    expect(states.map(({ threat }) => threat)).toEqual([...threats]);
  });

  for (const { threat, files: named } of states.filter(({ state }) => state === "built"))
    it(`${threat} is built, and the tests that are named for it have its name`, () => {
      expect(named.length).toBeGreaterThan(0);
      expect(
        named.filter((path) => !existsSync(join(repositoryRoot, path)) || !new RegExp(`["'\`]${threat}\\b`).test(read(path))),
      ).toEqual([]);
    });
});
