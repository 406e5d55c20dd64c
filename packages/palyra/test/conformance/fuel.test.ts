import { encodeUtf8, type JsonObject, writeJson } from "palyra-skills/encoding";
import { FEATURE_PROBES } from "palyra-skills/wasm";
import { describe, expect, it } from "vitest";
import { GROWS } from "../../../../testing/forge/hostile/grow.ts";
import { assemble } from "../../../core/test/audit/wat.ts";
import { answerTo } from "../../src/conformance/serve.ts";
import { nodePlatform } from "../../src/platform/index.ts";

const ask = async (module: Uint8Array, request: JsonObject = {}): Promise<JsonObject> => {
  const bytes = Buffer.from(module).toString("base64");
  const line = writeJson({ op: "fuel", bytes, calls: [{ export: "f" }], budget: 1000, ...request });
  return JSON.parse(writeJson(await answerTo(encodeUtf8(line), { platform: nodePlatform, now: () => 0 })));
};
const rows = async (text: string, request: JsonObject = {}) => (await ask(await assemble(text), request))["outcomes"];
const NUMERIC = '(func (export "f") (param i32 i64 f32 f64) (drop (local.get 1)))';

describe("op fuel (spec 12)", () => {
  it("answers a row for the instantiation and one for each call, on one instance", async () => {
    const calls = [{ export: "f", params: ["i32", "i64", "f32", "f64"] }, { export: "g" }, { export: "none" }];
    const text = `(module ${NUMERIC} (func (export "g") (loop (br 0))))`;
    expect(await rows(text, { calls })).toEqual([["instantiated", 0], ["ok", 2], ["out_of_fuel", 1000], ["no_such_function"]]);
    // All arguments are 0, whatever a request says of them.
    const bare = [{ export: "f" }, { export: "f", params: ["i32"] }, { export: "h", params: ["funcref"] }];
    const some = `(module ${NUMERIC} (func (export "h") (param funcref) (drop (i32.div_u (i32.const 1) (ref.is_null (local.get 0))))))`;
    expect(await rows(some, { calls: bare })).toEqual([
      ["instantiated", 0],
      ["ok", 2],
      ["ok", 2],
      ["ok", 5],
    ]);
    expect(await rows(text, { calls, globals: null, mode: null, file: null })).toEqual(await rows(text, { calls }));
    const added = [{ export: "palyra:start" }, { export: "g", params: null }];
    expect(await rows('(module (func $s) (start $s) (func (export "g")))', { calls: added })).toEqual([
      ["instantiated", 3],
      ["no_such_function"],
      ["ok", 1],
    ]);
    const nothing = [["instantiated", 0], ["out_of_fuel", 0], ["out_of_fuel", 0], ["no_such_function"]];
    expect(await rows(text, { calls, budget: 0 })).toEqual(nothing);
    expect(await rows("(module (func $s unreachable) (start $s))")).toEqual([["instantiation_failed", 3]]);
  });

  it("takes budgets of any size that wasmtime takes, and no others", async () => {
    for (const budget of [1, 2n ** 53n + 1n, 2n ** 62n + 1n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n])
      expect(await rows(`(module (func (export "f") unreachable))`, { budget }), String(budget)).toEqual([
        ["instantiated", 0],
        [budget === 1 ? "out_of_fuel" : "trap", 1],
      ]);
    for (const budget of [-1, 2n ** 64n, 1.5, "5", null])
      expect(await ask(await assemble("(module)"), { budget }), String(budget)).toMatchObject({ code: "InvalidRequest" });
  });

  it("a module names its imports as it likes: nothing of this program is changed by it", async () => {
    for (const name of ["__proto__", "constructor", "prototype"]) {
      const text = `(module (import "${name}" "${name}" (func)) (import "${name}" "inherited" (func)) (func (export "f") (call 0)))`;
      expect(await rows(text)).toEqual([
        ["instantiated", 0],
        ["ok", 2],
      ]);
    }
    expect("inherited" in {}).toBe(false);
    expect("inherited" in Object).toBe(false);
    expect(await ask(await assemble('(module (import "e" "constructor" (global i32)))'))).toMatchObject({
      code: "InvalidModule",
    });
  });

  it("imported globals come from a module that runs nothing", async () => {
    const text = '(module (import "e" "g" (global i32)) (func (export "f") (drop (i32.div_u (i32.const 1) (global.get 0)))))';
    const given = async (module: string) => ({ globals: Buffer.from(await assemble(module)).toString("base64") });
    const globals = await given('(module (global (export "g") i32 (i32.const 1)))');
    expect(await rows(text, globals)).toEqual([
      ["instantiated", 0],
      ["ok", 4],
    ]);
    for (const module of [
      '(module (global (export "g") i32 (i32.const 1)) (func $s (loop (br 0))) (start $s))',
      '(module (global (export "other") i32 (i32.const 1)))',
      '(module (import "e" "g" (global i32)) (export "g" (global 0)))',
      '(module (global (export "g") i32 (i64.const 1)))',
    ])
      expect(await ask(await assemble(text), await given(module)), module).toMatchObject({ ok: false, code: "InvalidModule" });
  });

  it("two imports of one name are of the types that each has", async () => {
    const text = `(module (import "e" "a" (func (result i32))) (import "e" "a" (func (result i64)))
      (func (export "f") (drop (call 0)) (drop (call 1))))`;
    expect(await rows(text)).toEqual([
      ["instantiated", 0],
      ["ok", 3],
    ]);
  });

  it("imported memories and tables are made to fit, with the maxima that metering lowers, and 64-bit ones where the engine has them", async () => {
    const grows = '(func (export "f") (drop (table.grow 0 (ref.null func) (i32.const 5))))';
    for (const imported of ["(table 10 funcref)", "(table 10 9999999 funcref)"])
      expect(await rows(`(module (import "e" "t" ${imported}) (table 10 funcref) ${grows})`, { mode: "flat" }), imported).toEqual(
        [
          ["instantiated", 0],
          ["ok", 4],
        ],
      );
    for (const [imported, one] of [
      ["(memory 1)) (memory 1)", "i32.const 1"],
      ["(memory i64 1))", "i64.const 1"],
    ]) {
      const module = await assemble(`(module (import "e" "m" ${imported} (func (export "f") (drop (memory.grow (${one})))))`);
      // Node 20 has neither.
      if (!WebAssembly.validate(Uint8Array.from(module)))
        expect(await ask(module), imported).toMatchObject({ code: "InvalidModule" });
      else
        expect((await ask(module, { mode: "flat" }))["outcomes"], imported).toEqual([
          ["instantiated", 0],
          ["ok", 3],
        ]);
    }
  });

  it("says what of a module the engine does not know, and of what is wrong nothing of the kind", async () => {
    for (const [feature, probe] of Object.entries(FEATURE_PROBES)) {
      const module = Buffer.from(probe, "hex");
      const answer = await ask(module, { calls: [] });
      if (WebAssembly.validate(module)) expect(answer, feature).not.toHaveProperty("details.lacks");
      else
        expect(answer, feature).toMatchObject({ code: "InvalidModule", details: { lacks: expect.arrayContaining([feature]) } });
    }
    const wrong = await assemble("(module (func (result i32) (i64.const 0)))");
    expect(await ask(wrong, { calls: [] })).toMatchObject({ code: "InvalidModule", details: { lacks: [] } });
  });

  it("T24: what would hold or end the process that compiles it is refused before an engine sees it", async () => {
    for (const name of ["49 000 locals under 1 000 ifs", "20 000 values under 20 000 ifs"]) {
      const module = await GROWS.find((each) => each.name === `holds the compiler: ${name}`)?.module();
      expect(await ask(module ?? new Uint8Array(0)), name).toMatchObject({
        ok: false,
        code: "InvalidModule",
        message: expect.stringContaining("costs too much to compile"),
      });
    }
  });
});
