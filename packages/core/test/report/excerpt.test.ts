import { describe, expect, it } from "vitest";
import { resultsOf } from "../../src/audit/index.ts";
import { excerptsOf, uriOf } from "../../src/report/index.ts";
import { nodePlatform } from "../platforms.ts";
import { check, type Listed, skill } from "./samples.ts";

function excerpts(text: string, rule: string, ...found: readonly Listed[]) {
  const results = resultsOf(skill(check(rule, found)), nodePlatform);
  const shown = excerptsOf(results, (file) => (file === "a.md" ? new TextEncoder().encode(text) : undefined));
  return results.map((result) => shown.get(result));
}
const at = (line: number, column?: number) => ({ file: "a.md", line, ...(column === undefined ? {} : { column }) });

describe("the line of a place", () => {
  it("is split before the column, in code points", () => {
    expect(excerpts("one\r\n\u{1f600} two\r\nthree", "r", { place: at(2, 3), quote: "two" })).toEqual([
      { line: 2, before: "\u{1f600} ", after: "two" },
    ]);
  });

  it("is cut where it is long", () => {
    const [shown] = excerpts(`${"a".repeat(500)}x${"b".repeat(500)}`, "r", { place: at(1, 501), quote: "x" });
    expect(shown?.before).toMatch(/^…a{28}$/);
    expect(shown?.after).toMatch(/^xb{31}…$/);
  });

  it("is absent for lines and files that are not there", () => {
    expect(excerpts("one", "r", { place: at(2, 1) }, { place: { file: "b.md", line: 1 } }, { place: { file: "a.md" } })).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe("a secret that a rule keeps back", () => {
  const secret = "key = AKIAIOSFODNN7EXAMPLE # \u200b";
  const redacted = { place: at(1, 7), quote: "AKIA…MPLE" };
  it("is not shown by the line that it is in, whoever else has found something there", () => {
    expect(excerpts(secret, "r", redacted, { place: at(1, 30), quote: "\u200b" })).toEqual([undefined, undefined]);
    expect(excerpts(secret, "r", { place: at(1, 7), quote: "AKIA…" })).toEqual([undefined]);
    expect(excerpts(secret, "embedded_secrets", { place: at(1, 7), quote: "AKIA" })).toEqual([undefined]);
  });
  it("and what is cut because it is long is no secret for that", () => {
    const long = "x".repeat(300);
    expect(excerpts(long, "r", { place: at(1, 1), quote: `${"x".repeat(200)}…` })[0]?.after).toMatch(/^x/);
  });
});

it.each([
  ["dist/a b.palyra-skill!/skill.toml", "dist/a%20b.palyra-skill!/skill.toml"],
  ["./skills/echo/skill.toml", "skills/echo/skill.toml"],
  ["../x", "../x"],
  ["/srv/x#y?z", "file:///srv/x%23y%3Fz"],
  ["C:\\skills\\a.toml", "file:///C:/skills/a.toml"],
  ["skills\\a.toml", "skills/a.toml"],
  ["a\ud800", "a%EF%BF%BD"],
  ["javascript:alert(1)", "javascript%3Aalert(1)"],
])("%s as a URI", (path, uri) => {
  expect(uriOf(path)).toBe(uri);
});
