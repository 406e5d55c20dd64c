import { deflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { listedDependencies } from "../../src/audit/auditable.ts";
import { encodeUtf8 } from "../../src/encoding/index.ts";
import { webPlatform } from "../../src/platform/index.ts";
import { readModule } from "../../src/wasm/index.ts";
import { type Bytes, join, moduleOf, section, text } from "../wasm/build.ts";
import { audit, type SkillParts, trustedSkill } from "./skills.ts";
import { assemble } from "./wat.ts";

/** What the audit of whole artifacts finds in their modules, with places. */

async function detailsOf(id: string, parts: SkillParts) {
  const report = await audit(await trustedSkill(parts));
  const { status, details = {} } = report.checks.find(({ check_id }) => check_id === id) ?? {};
  return { status, details };
}

describe("T14: an import that is called is told apart from one that no export can reach", () => {
  const OPEN = `(import "wasi_snapshot_preview1" "path_open" (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))`;
  const CALL = `(drop (call $open (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)
    (i64.const 0) (i64.const 0) (i32.const 0) (i32.const 0)))`;
  const found = async (wat: string) =>
    detailsOf("wasm_imports_declared", { modules: { "m.wasm": await assemble(`(module ${OPEN} ${wat})`) } });

  it("called, with the functions on the way to it", async () => {
    expect(await found(`(func $deep ${CALL}) (func (export "_start") (call $deep))`)).toMatchObject({
      status: "fail",
      details: {
        refused: [{ called: true, functions: [2, 1, 0] }],
        findings: [
          {
            code: "import_undeclared",
            status: "fail",
            message: expect.stringContaining("by way of functions 2, 1"),
            place: { file: "modules/m.wasm", offset: expect.any(Number) },
            quote: "wasi_snapshot_preview1.path_open",
          },
        ],
      },
    });
  });

  it("never called: it fails all the same, and says so", async () => {
    expect(await found(`(func $dead ${CALL}) (func (export "_start"))`)).toMatchObject({
      status: "fail",
      details: { refused: [{ called: false }], findings: [{ code: "import_undeclared_never_called", status: "fail" }] },
    });
  });
});

describe("tool_entry_points tells what each tool can reach", () => {
  it("by the function of its module, whatever else the module exports", async () => {
    const parts = {
      modules: {
        "m.wasm": await assemble(`(module
          (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
          (import "palyra:skills/host@1" "secret-read" (func $secret (param i32 i32 i32 i32) (result i32)))
          (import "palyra:plugins/host-capabilities@0.1.0" "http-count" (func $count (result i32)))
          (func (export "run") (result i32) (drop (call $count)) (call $random (i32.const 0) (i32.const 0)))
          (func (export "other") (drop (call $secret (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)))))`),
      },
    };
    expect((await detailsOf("tool_entry_points", parts)).details).toMatchObject({
      tools: [{ tool_id: "acme.echo", function: "run", reaches: ["basic", "handles"] }],
    });
  });
});

describe("the list of dependencies in an auditable build of Rust", () => {
  const LIST = {
    packages: [
      { name: "echo", version: "0.1.0", source: "local", root: true, dependencies: [1], more: null },
      { name: "serde", version: "1.0.200", source: "crates.io", kind: "runtime" },
      { name: "cc", version: "1.0.99", source: "crates.io", kind: "build" },
    ],
    format: 1,
  };
  const listed = async (contents: Bytes) => {
    const bytes = moduleOf(section(0, join(text(".dep-v0"), contents)));
    const reading = readModule(bytes);
    if (!reading.ok) throw new Error(reading.problem);
    return listedDependencies(bytes, reading.facts, webPlatform);
  };
  const zlib = (json: string): Uint8Array => deflateSync(encodeUtf8(json));

  it("is read", async () => {
    expect(await listed(zlib(JSON.stringify(LIST)))).toEqual({
      dependencies: [
        { name: "echo", version: "0.1.0", source: "local", kind: "runtime", root: true },
        { name: "serde", version: "1.0.200", source: "crates.io", kind: "runtime" },
        { name: "cc", version: "1.0.99", source: "crates.io", kind: "build" },
      ],
    });
  });

  it("is not there in other modules", async () => {
    const reading = readModule(moduleOf());
    expect(reading.ok && (await listedDependencies(new Uint8Array(), reading.facts, webPlatform))).toEqual({});
  });

  const whole = zlib(JSON.stringify(LIST));
  const wrong = whole.map((byte, at) => (at === whole.length - 1 ? byte ^ 1 : byte));
  it.each([
    ["nothing", [], /zlib/],
    ["something else", encodeUtf8("{}"), /zlib/],
    ["cut short", whole.subarray(0, 20), /inflated/],
    ["without its checksum", whole.subarray(0, -4), /checksum/],
    ["with another checksum", wrong, /checksum/],
    ["no JSON", zlib("packages"), /no list/],
    ["another JSON", zlib(`{"packages":{}}`), /no list/],
    ["a package without a version", zlib(`{"packages":[{"name":"a","source":"git"}]}`), /no list/],
    ["a bomb", zlib(" ".repeat(3_000_000)), /more than/],
    ["too many packages", zlib(`{"packages":[${Array(10_001).fill(`{"name":"a","version":"1","source":"git"}`)}]}`), /no list/],
  ] as const)("of %s, says nothing", async (_, contents, problem) => {
    expect(await listed(contents)).toEqual({ dependencyProblem: expect.stringMatching(problem) });
  });
});

describe("embedded_secrets", () => {
  const KEY = `AKI${"AY34FZKBOKMUTVV7A"}`;

  it("has the place of each, and never the secret", async () => {
    const modules = { "m.wasm": await assemble(`(module (memory 1) (data (i32.const 0) "${KEY}") (func (export "_start")))`) };
    const more = `[operator]\nsummary = "é ${KEY}"\n`;
    const found = await detailsOf("embedded_secrets", { modules, more });
    expect(found).toMatchObject({
      status: "fail",
      details: {
        count: 2,
        findings: [
          {
            code: "aws_access_key",
            place: { file: "modules/m.wasm", offset: Buffer.from(modules["m.wasm"]).indexOf(KEY) },
            quote: "AKIA… (20 characters)",
          },
          // The writer puts the manifest in its own form: the line is that of the file.
          { code: "aws_access_key", place: { file: "skill.toml", line: expect.any(Number), column: 14 } },
        ],
      },
    });
    expect(JSON.stringify(found)).not.toContain(KEY.slice(0, 5));
  });

  it("looks at no instruction: constants that spell a key are none", async () => {
    const bytes = moduleOf(section(0, join(text("x"), encodeUtf8(KEY))));
    expect((await detailsOf("embedded_secrets", { modules: { "m.wasm": bytes } })).status).toBe("fail");
    const code = Array.from(KEY, (character) => `(drop (i32.const ${character.charCodeAt(0)}))`).join("");
    const spelt = await assemble(`(module (func (export "_start") ${code}))`);
    expect((await detailsOf("embedded_secrets", { modules: { "m.wasm": spelt } })).status).toBe("pass");
  });
});
