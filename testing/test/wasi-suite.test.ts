// Spec 10.4: "structured so that the public wasi-testsuite's cases for preview 1 can be run against it". The runner, over cases of our own.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { assemble } from "../../packages/core/test/audit/wat.ts";
import { scratchFolder } from "../scratch.ts";
import { repositoryRoot } from "../shared.ts";
import { readCase } from "../wasi-suite/case.ts";
import { typedWords, USAGE } from "../wasi-suite/usage.ts";

describe("a case of the suite", () => {
  it("is one object, or steps, and says the same either way", () => {
    const flat = { args: ["a"], env: { A: "1" }, root: "fs.dir", dirs: ["more.dir"], stdin: "in", exit_code: 3, stdout: "out" };
    const { args, env, root, dirs } = flat;
    const steps = [
      { type: "run", args, env, root, dirs },
      { type: "write", id: "stdin", payload: "in" },
      { type: "read", id: "stdout", payload: "o" },
      { type: "read", id: "stdout", payload: "ut" },
      { type: "wait", exit_code: 3 },
    ];
    const mapped = [
      { dir: "fs.dir", guest: "/" },
      { dir: "more.dir", guest: "more.dir" },
    ];
    const expected = { args: ["a"], env: { A: "1" }, stdin: "in", dirs: mapped, exit: 3, stdout: "out", unknown: [] };
    expect(readCase(JSON.stringify(flat), undefined)).toEqual(expected);
    expect(readCase(JSON.stringify({ operations: steps }), undefined)).toEqual(expected);
  });

  it("without anything is a program that ends with 0, and what is not known is named", () => {
    expect(readCase("{}", "/w")).toEqual({ args: [], env: {}, stdin: "", dirs: [], exit: 0, unknown: [] });
    expect(readCase('{"dirs":["d"]}', "/w").dirs).toEqual([{ dir: "d", guest: "/w" }]);
    const asked = { operations: [{ type: "run" }, { type: "connect" }, { type: "read", id: "stderr", payload: "e" }] };
    expect(readCase(JSON.stringify(asked), undefined)).toMatchObject({ stderr: "e", unknown: ["connect"] });
  });
});

const WASI = '(import "wasi_snapshot_preview1"';
/** Copies stdin to stdout and ends with a code. */
const COPY = (exit: number): string => `(module
  ${WASI} "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  ${WASI} "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  ${WASI} "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\\10\\00\\00\\00\\40\\00\\00\\00")
  (func (export "_start")
    (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 4)))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
    (call $exit (i32.const ${exit}))))`;
/** Ends with what makes a folder in the first root says. */
const MAKE = (name: string): string => `(module
  ${WASI} "path_create_directory" (func $make (param i32 i32 i32) (result i32)))
  ${WASI} "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "${name}")
  (func (export "_start") (call $exit (call $make (i32.const 3) (i32.const 0) (i32.const ${name.length})))))`;
const LINK = `(module
  ${WASI} "path_symlink" (func $link (param i32 i32 i32 i32 i32) (result i32)))
  ${WASI} "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "ab")
  (func (export "_start")
    (call $exit (call $link (i32.const 0) (i32.const 1) (i32.const 3) (i32.const 1) (i32.const 1)))))`;
const FOREVER = '(module (memory (export "memory") 1) (func (export "_start") (loop $on (br $on))))';

interface Said {
  readonly exit: number | null;
  readonly lines: readonly string[];
}

async function suite(...words: string[]): Promise<Said> {
  const child = spawn(process.execPath, [join(repositoryRoot, "scripts/wasi-suite.mjs"), ...words], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said += String(chunk)));
  const exit = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { exit, lines: said.trim().split("\n") };
}

// Files that are granted are a matter of Linux (T43).
describe.runIf(process.platform === "linux")("npm run wasi-suite", () => {
  const checkout = scratchFolder("suite");
  const put = async (path: string, wat: string, json?: object): Promise<void> => {
    mkdirSync(join(checkout, path, ".."), { recursive: true });
    writeFileSync(join(checkout, `${path}.wasm`), await assemble(wat));
    if (json !== undefined) writeFileSync(join(checkout, `${path}.json`), JSON.stringify(json));
  };

  it("names each case, and tells what is meant to fail from what is not", async () => {
    const inFolder = (name: string): string => join("tests/c/testsuite/wasm32-wasip1", name);
    mkdirSync(join(checkout, inFolder("fs-tests.dir/left.cleanup")), { recursive: true });
    await put(inFolder("copies"), COPY(7), { stdin: "text", stdout: "text", exit_code: 7 });
    await put(inFolder("steps"), COPY(0), {
      operations: [
        { type: "run" },
        { type: "write", payload: "in" },
        { type: "read", id: "stdout", payload: "in" },
        { type: "wait" },
      ],
    });
    await put(inFolder("makes"), MAKE("made"), { dirs: ["fs-tests.dir"] });
    await put(inFolder("left_over"), MAKE("left.cleanup"), { dirs: ["fs-tests.dir"] });
    await put(inFolder("path_link"), LINK, { root: "fs-tests.dir" });
    await put(inFolder("symlink_loop"), LINK, { root: "fs-tests.dir" });
    await put("tests/rust/testsuite/wasm32-wasip3/later", COPY(1));
    const good = await suite(checkout);
    expect(good.lines.toSorted()).toEqual(
      [
        "pass  copies",
        "pass  left_over",
        "pass  makes",
        "pass  steps",
        "fail, as is meant: it makes links  path_link",
        "fail, as is meant: it makes links  symlink_loop",
        "4 passed, 0 failed, 2 failed as is meant",
      ].toSorted(),
    );
    expect(good.exit).toBe(0);
    // A checkout stays as it is.
    expect(readdirSync(join(checkout, inFolder("fs-tests.dir")))).toEqual(["left.cleanup"]);
    expect(existsSync(join(checkout, inFolder("fs-tests.dir/made")))).toBe(false);

    await put("bad/wrong_exit", COPY(1));
    await put("bad/wrong_text", COPY(0), { stdin: "a", stdout: "b" });
    await put("bad/asks", COPY(0), { operations: [{ type: "connect" }] });
    await put("bad/path_exists", COPY(0));
    await put("bad/no_json", COPY(0));
    writeFileSync(join(checkout, "bad/no_json.json"), "{");
    const bad = await suite(join(checkout, "bad"));
    const told = bad.lines.filter((line) => line !== "");
    for (const line of [
      "FAIL (exit 1)  wrong_exit",
      "FAIL (stdout)  wrong_text",
      "FAIL (asks for connect)  asks",
      "FAIL (it makes links, and passed)  path_exists",
      "0 passed, 5 failed, 0 failed as is meant",
    ])
      expect(told).toContain(line);
    expect(told.some((line) => line.startsWith("FAIL (") && line.endsWith("  no_json"))).toBe(true);
    expect(bad.exit).toBe(1);
  }, 300_000);

  it("ends a case that does not end", async () => {
    await put("endless/endless", FOREVER);
    const { exit, lines } = await suite(join(checkout, "endless/endless.wasm"), "--timeout", "1");
    expect([exit, lines[0]]).toEqual([1, "FAIL (no end within 1000 ms)  endless"]);
  }, 300_000);

  it("ends with 2 where there is nothing to run", async () => {
    const none = scratchFolder("empty");
    const empty = await suite(none);
    const said = `no case in ${none}: a case is NAME.wasm, with NAME.json beside it where it has one`;
    expect([empty.exit, empty.lines]).toEqual([2, [said]]);
    await put("ignored/only", COPY(0));
    const ignored = await suite(join(checkout, "ignored"), "--ignore", "only");
    expect([ignored.exit, ignored.lines]).toEqual([2, [`no case in ${join(checkout, "ignored")} but those that --ignore names`]]);
    const missing = await suite(join(checkout, "nowhere"));
    expect(missing.exit).toBe(2);
    expect(missing.lines.join("\n")).toContain("is not there");
  }, 300_000);

  it("says what may be typed, where it is asked or does not understand", async () => {
    const help = await suite("--help");
    expect([help.exit, help.lines]).toEqual([0, USAGE.split("\n")]);
    const unknown = await suite(checkout, "--nonsense");
    expect([unknown.exit, unknown.lines.slice(-USAGE.split("\n").length)]).toEqual([2, USAGE.split("\n")]);
    expect(unknown.lines[0]).toContain("'--nonsense'");
    expect(unknown.lines.filter((line) => /^\s+at /u.test(line))).toEqual([]);
  }, 300_000);
});

describe("what is typed", () => {
  it.each([
    [[], "a folder of cases is needed"],
    [["a", "b"], "one folder is taken, not b besides"],
    [["a", "--timeout", "soon"], "--timeout is a number of seconds"],
    [["a", "--timeout", "0"], "--timeout is a number of seconds"],
    [["a", "--guest"], "--guest"],
  ])("%j is not taken", (words, problem) => {
    expect(typedWords(words)).toEqual({ kind: "wrong", problem: expect.stringContaining(problem) });
  });

  it("is a folder, and what holds for its cases", () => {
    expect(typedWords(["a", "--timeout", "2", "--guest", "/w", "--ignore", "b,c"])).toEqual({
      kind: "run",
      folder: "a",
      guest: "/w",
      timeoutMs: 2000,
      ignored: new Set(["b", "c"]),
    });
  });
});
