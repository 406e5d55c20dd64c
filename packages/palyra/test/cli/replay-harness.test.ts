// The harness itself, against a command that answers what it is told: it must notice what is wrong.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { compareStep, compareValue, type Observed, withDeviations } from "../../../../testing/replay/compare.ts";
import { replay } from "../../../../testing/replay/replay.ts";
import type { Json, Scenario } from "../../../../testing/replay/scenario.ts";
import { scratchFolder } from "../../../../testing/scratch.ts";

let folder: string;
let command: readonly [string, string];
beforeAll(() => {
  folder = scratchFolder("harness");
  const script = join(folder, "fake.cjs");
  // fake.cjs <exit> <stdout> [<file> <content>]: `env` and `stdin` in what is printed stand for those.
  writeFileSync(
    script,
    `const { readFileSync, writeFileSync } = require("node:fs");
     const [exit, stdout, file, content] = process.argv.slice(2);
     const stdin = readFileSync(0, "utf8");
     if (file) writeFileSync(file, content);
     process.stdout.write(stdout.replace("@env", Object.keys(process.env).sort().join()).replace("@stdin", stdin).replace("@cwd", process.cwd()));
     process.exitCode = Number(exit);`,
  );
  command = [process.execPath, script];
});

const play = (...steps: (Record<string, Json> & { op: string })[]) => {
  const scenario: Scenario = { id: "x", title: "x", steps };
  return replay(scenario, command, "/inputs");
};
const run = (argv: string[], expected: Json, more: Record<string, Json> = {}) => ({ op: "run", argv, expect: expected, ...more });

describe("replaying", () => {
  it("runs with the scenario's environment, input and folder, and nothing else", async () => {
    const names =
      "APPDATA,HOME,LOCALAPPDATA,NO_COLOR,PALYRA_JOURNAL_DB_PATH,PALYRA_VAULT_BACKEND,PALYRA_VAULT_DIR,XDG_STATE_HOME";
    expect(await play(run(["0", "@env"], { exit: 0, stdout: names }))).toEqual([]);
    expect(await play(run(["0", "@stdin@cwd"], { exit: 0, stdout: "in<root>" }, { stdin: "in" }))).toEqual([]);
    expect(
      await play({ op: "mkdir", path: "<root>/a/b" }, run(["0", "@cwd"], { stdout: "<root>/a/b" }, { cwd: "<root>/a/b" })),
    ).toEqual([]);
  });

  it("keeps values for later steps", async () => {
    const first = run(["0", '{"a":["x"]}\n'], { json: { a: ["<text>"] } }, { capture: { name: "/a/0" } });
    expect(await play(first, run(["0", "<$name>"], { stdout: "x" }))).toEqual([]);
    expect(await play(first, run(["0", "y"], { stdout: "<$name>" }))).toHaveLength(2);
  });

  it("writes, copies, edits and removes files, and looks at them", async () => {
    const files = (content: Json) => ({ op: "look", expect: { files: content } });
    const steps = [
      { op: "write", path: "<root>/f/a.json", text: '{"list":[1,2]}' },
      { op: "copy", from: "<root>/f", to: "<root>/g/h" },
      { op: "edit", path: "<root>/g/h/a.json", set: { "/list/1": 5, "/new": "<root>" } },
      { op: "remove", path: "<root>/f" },
    ];
    expect(
      await play(
        ...steps,
        files({ "<root>/g/h/a.json": { json: { list: [1, 5], new: "<root>" } }, "<root>/f/a.json": { absent: true } }),
      ),
    ).toEqual([]);
    expect(await play(...steps, files({ "<root>/g/h/a.json": { absent: true } }))).toHaveLength(1);
    expect(await play(...steps, files({ "<root>/f/a.json": { json: {} } }))).toHaveLength(1);
    expect(await play(...steps, { op: "look", expect: { tree: { "<root>/f": null, "<root>/g": ["h/a.json"] } } })).toEqual([]);
  });

  it("makes rows of a journal", async () => {
    const row = { skill_id: "a.b", version: "1.0.0", status: "active", detected_at_ms: 5, operator_principal: "p" };
    expect(await play({ op: "journal", rows: [row] }, { op: "journal", rows: [{ ...row, skill_id: "A.B" }] })).toEqual([]);
    expect(await play({ op: "journal", table: false })).toEqual([]);
  });

  it("says so where it cannot do a step", async () => {
    expect(await play({ op: "serve" })).toEqual([expect.stringContaining("serve")]);
  });

  it("notices a request that was not made", async () => {
    expect(await play(run(["0", ""], { requests: [] }))).toEqual([]);
    expect(await play(run(["0", ""], { requests: [{ method: "POST" }] }))).toContainEqual(expect.stringContaining("requests"));
  });

  it("notices another exit code, output, document and file", async () => {
    expect(await play(run(["1", ""], { exit: 0 }))).toContainEqual(expect.stringContaining("exit 1"));
    expect(await play(run(["0", "x"], { stdout: "empty" }))).toContainEqual(expect.stringContaining("stdout"));
    expect(await play(run(["0", "{}"], { json: {} }))).toContainEqual(expect.stringContaining("newline"));
    expect(await play(run(["0", "{}{}\n"], { json: {} }))).toContainEqual(expect.stringContaining("no JSON"));
    expect(await play(run(["0", "", "<root>/f", "x"], { files: { "<root>/f": { text: "y" } } }))).toHaveLength(2);
    expect(await play(run(["2", ""], { exit: "<1 or 2>" }), run(["9", ""], { exit: "<any>" }))).toEqual([]);
    expect(await play(run(["0", ""], { exit: "<1 or 2>" }))).toHaveLength(2);
  });
});

describe("comparing", () => {
  const wrong = (expected: Json, actual: Json) => compareValue(expected, actual, "it").length > 0;

  it("takes further fields and any order, and nothing that is missing or another", () => {
    expect(wrong({ a: 1, b: { c: [1] } }, { b: { c: [1], x: 0 }, y: 0, a: 1 })).toBe(false);
    expect(wrong({ a: 1 }, {})).toBe(true);
    expect(wrong({ a: 1 }, { a: "1" })).toBe(true);
    expect(wrong({ a: null }, {})).toBe(true);
    expect(wrong([1, 2], [2, 1])).toBe(true);
    expect(wrong([1], [1, 2])).toBe(true);
    expect(wrong([], {})).toBe(true);
    expect(wrong({}, null)).toBe(true);
  });

  it("knows the words that stand for values", () => {
    expect(wrong("<time>", 1_730_000_000_000)).toBe(false);
    expect(wrong("<time>", 1_730_000_000)).toBe(true);
    expect(wrong("<int>", 1.5)).toBe(true);
    expect(wrong("<sha256>", "A".repeat(64))).toBe(true);
    expect(wrong("<text>", "")).toBe(true);
    expect(wrong("<version>", "1.0.0")).toBe(false);
    expect(wrong({ a: "<any>" }, {})).toBe(true);
    expect(wrong({ a: "<any>" }, { a: null })).toBe(false);
    expect(wrong({ a: "<any-or-absent>" }, {})).toBe(false);
    expect(wrong({ a: "<absent>" }, { a: null })).toBe(true);
    expect(wrong({ a: "<absent>" }, {})).toBe(false);
    expect(wrong([1, "<more>"], [1, 2, 3])).toBe(false);
    expect(wrong([1, "<more>"], [])).toBe(true);
    expect(compareValue("<somewhat>", "x", "it")).toEqual([expect.stringContaining("does not know")]);
  });

  it("applies deviations in order, at pointers with escaped slashes", () => {
    const expect_ = { exit: 4, files: { "/r/a.ndjson": { ndjson: [1] } } };
    const deviations = [
      { clause: "D3", at: "/files/~1r~1a.ndjson/ndjson", open: true },
      { clause: "D2", at: "/exit", value: 1 },
      { clause: "D2", at: "/json", value: { a: 1 } },
    ];
    expect(withDeviations(expect_, deviations)).toEqual({
      exit: 1,
      files: { "/r/a.ndjson": { ndjson: [1, "<more>"] } },
      json: { a: 1 },
    });
    expect(withDeviations(expect_, [{ at: "", value: { exit: 0 } }])).toEqual({ exit: 0 });
  });

  const seen = (names: readonly string[] | undefined, content?: string): Observed => ({
    names: () => names,
    content: () => content,
  });

  it("takes further files, but none in a version's folder, and what may be missing", () => {
    const tree = (expected: Json, names: readonly string[] | undefined) =>
      compareStep({ tree: { "/r": expected } }, seen(names)).length;
    expect(tree(["a", "?s/current -> 1.0.0", "b/"], ["a", "b/", ".lock", "x/y"])).toBe(0);
    expect(tree(["a"], ["b"])).toBe(1);
    expect(tree(["s/1.0.0/skill.toml"], ["s/1.0.0/skill.toml", "s/1.0.0/extra"])).toBe(1);
    expect(tree(["b/"], ["b/c"])).toBe(1);
    expect(tree(null, undefined)).toBe(0);
    expect(tree(null, [])).toBe(1);
    expect(tree([], undefined)).toBe(1);
  });

  it("knows when nothing is trusted", () => {
    const trust = (content?: string) => compareStep({ files: { f: { json: "<nothing-trusted>" } } }, seen([], content)).length;
    expect(trust()).toBe(0);
    expect(trust('{"trusted_publishers":{},"tofu_publishers":{}}')).toBe(0);
    expect(trust('{"trusted_publishers":{},"tofu_publishers":{"a":"1"}}')).toBe(1);
    expect(trust("nonsense")).toBe(1);
  });

  it("compares line by line", () => {
    const lines = (content: string) => compareStep({ files: { f: { ndjson: [{ a: 1 }, "<more>"] } } }, seen([], content)).length;
    expect(lines('{"a":1}\n')).toBe(0);
    expect(lines('{"a":1}\n{"b":1}\n')).toBe(0);
    expect(lines('{"a":1}')).toBe(1);
    expect(lines("x\n")).toBe(1);
    expect(lines("")).toBe(1);
  });
});
