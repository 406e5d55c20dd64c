import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import loadWabt from "wabt";
import { BinaryReader } from "wasmparser";
import { describeShared, shared, sharedBytes } from "../../../../testing/shared.ts";
import { readModule } from "../../src/wasm/index.ts";
import { YOUNG } from "./build.ts";

/** Both must say the same, but that ours knows no types and refuses by name what spec 4.5 does not take. */
function compare(module: Uint8Array<ArrayBuffer>): void {
  const reading = readModule(module);
  const engine = WebAssembly.validate(module);
  if (engine && !reading.ok && !isStricter(reading.problem)) expect(reading).toHaveProperty("feature");
  if (!engine && reading.ok) {
    // Types, or what this engine lacks: then whatever it says names neither structure nor bounds.
    const young = YOUNG.some((feature) => reading.facts.features.has(feature));
    if (!young) expect(problemOf(module)).toMatch(TYPES);
  }
}

/** Where V8 takes encodings that the specification's grammar does not have: a block's type of two bytes that is negative. */
const isStricter = (problem: string): boolean =>
  problem === "a block's type is negative" || /is not a type|no type 0x/.test(problem);

function problemOf(module: Uint8Array<ArrayBuffer>): string {
  try {
    new WebAssembly.Module(module);
    return "none";
  } catch (error) {
    return String(error);
  }
}

/**
 * V8's words for what is a matter of types: all that its decoders in Node 20, 22 and 24 can say of a module without a refused feature.
 * A word that is left out here would fail the test only when chance finds it.
 */
const TYPES = new RegExp(
  [
    // Operands, results and labels.
    String.raw`\[\d+\] expected (?:type|reference type|object reference)`,
    String.raw`expected \d+ elements on the stack`,
    "not enough arguments on the stack",
    "type error in (?!constant)",
    "label arity inconsistent with previous arity",
    "start-arity and end-arity of one-armed if must match",
    "select without type is only valid for value type inputs",
    "tail call (?:return types mismatch|type error)",
    // Of what is named: that a global can be set, that a function may be referred to, how wide an access is.
    "immutable global #\\d+ cannot be assigned",
    "undeclared reference to function",
    "invalid alignment; expected maximum alignment",
    // Constant expressions: their values, and what they may read.
    "type error in constant expression",
    "globals cannot be used in constant expressions",
    String.raw`opcode \S+ is not allowed in constant expressions`,
  ].join("|"),
);

const SOURCES: readonly string[] = [
  `(module (memory (export "memory") 1) (table 3 funcref) (elem (i32.const 0) $f $g) (global $x (mut i32) (i32.const 7))
    (type $t (func (param i32) (result i32)))
    (func $f (param i32) (result i32) (local i64 f32 f64)
      (block $out (loop $again (br_if $out (i32.eqz (local.get 0)))
        (local.set 0 (i32.sub (local.get 0) (i32.const 1))) (br $again)))
      (i32.store offset=300 (i32.const 4) (local.get 0))
      (if (result i32) (i32.load8_u (i32.const 9)) (then (global.get $x)) (else (call $g (i32.const -129)))))
    (func $g (type $t) (call_indirect (type $t) (local.get 0) (i32.const 1)))
    (func (export "run") (result i32) (call $f (i32.const 100000)))
    (data (i32.const 16) "hello\\00world"))`,
  `(module (memory 1 4) (func (export "a") (param i64 f64) (result i64)
      (block (block (block (br_table 0 1 2 (i32.wrap_i64 (local.get 0)))) (return (i64.const -1))) (return (i64.const 9223372036854775807)))
      (i64.add (i64.trunc_sat_f64_s (local.get 1)) (i64.extend8_s (local.get 0))))
    (func (param v128) (result v128) (i32x4.add (local.get 0) (v128.const i32x4 1 2 3 4)))
    (func (result i32 i32) (block (result i32 i32) (i32.const 1) (i32.const 2)))
    (func (memory.fill (i32.const 0) (i32.const 0) (i32.const 9)) (memory.copy (i32.const 0) (i32.const 1) (i32.const 2))))`,
  `(module (import "wasi_snapshot_preview1" "fd_write" (func $w (param i32 i32 i32 i32) (result i32)))
    (import "env" "g" (global $g i32)) (memory 1) (table $a 2 funcref) (table $b 2 10 funcref)
    (func $f (drop (table.get $b (i32.const 0))) (table.set $a (i32.const 0) (ref.null func)) (return_call $f))
    (func $h (drop (ref.is_null (ref.func $f))) (table.copy $a $b (i32.const 0) (i32.const 0) (i32.const 1)))
    (elem declare func $f) (elem (table $a) (i32.const 0) func $f $h) (global i32 (global.get $g)) (start $h)
    (data $d "passive") (func (memory.init $d (i32.const 0) (i32.const 0) (i32.const 1)) (data.drop $d)))`,
];

const seeds: Uint8Array<ArrayBuffer>[] = [];
beforeAll(async () => {
  const wabt = await loadWabt();
  for (const source of SOURCES) {
    const module = wabt.parseWat("seed.wat", source, { tail_call: true });
    seeds.push(Uint8Array.from(module.toBinary({}).buffer));
    module.destroy();
  }
});

describe("ours and the engine's verdict on one module", () => {
  it("is the same for modules of wabt", () => {
    for (const seed of seeds) {
      expect(WebAssembly.validate(seed)).toBe(true);
      expect(readModule(seed)).toMatchObject({ ok: true });
    }
  });

  it("differs by types and refused features alone, whatever byte is changed", () => {
    const edit = fc.record({
      at: fc.nat(),
      value: fc.integer({ min: 0, max: 255 }),
      kind: fc.constantFrom("set", "insert", "remove", "flip"),
    });
    fc.assert(
      fc.property(fc.nat({ max: SOURCES.length - 1 }), fc.array(edit, { minLength: 1, maxLength: 3 }), (which, edits) => {
        let bytes = Array.from(seeds[which] ?? []);
        for (const { at, value, kind } of edits) {
          const place = at % bytes.length;
          if (kind === "set") bytes[place] = value;
          else if (kind === "flip") bytes[place] = (bytes[place] ?? 0) ^ (1 << (value & 7));
          else if (kind === "insert") bytes = [...bytes.slice(0, place), value, ...bytes.slice(place)];
          else bytes.splice(place, 1);
        }
        compare(Uint8Array.from(bytes));
      }),
      // The lists above are another's words, so that chance may not decide a build: the same edits each time.
      { numRuns: 20_000, seed: 20_261_123 },
    );
  });

  it("cut short anywhere, no module is read", () => {
    for (const seed of seeds) {
      for (let length = 0; length < seed.length; length++) {
        const cut = seed.slice(0, length);
        expect(readModule(cut).ok).toBe(WebAssembly.validate(cut));
      }
    }
  });
});

describe("readModule answers, and never throws", () => {
  it("for any bytes, with and without a header", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (bytes, header) => {
        const module = header ? Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...bytes]) : bytes;
        const reading = readModule(module);
        if (reading.ok) return reading.facts.size === module.length;
        return reading.offset >= 0 && reading.offset <= module.length + 10 && reading.problem !== "";
      }),
      { numRuns: 5_000 },
    );
  });

  it("for any bytes in a section", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 15 }), fc.uint8Array({ maxLength: 100 }), (id, bytes) => {
        const reading = readModule(Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, id, bytes.length, ...bytes]));
        return reading.ok || reading.problem !== "";
      }),
      { numRuns: 5_000 },
    );
  });
});

/** Its states, which it declares as a `const enum`. */
const IMPORT_ENTRY = 12;
const EXPORT_ENTRY = 17;
const BEGIN_BODY = 28;

/** What another reader finds: imports, exports and bodies. */
function countsOf(bytes: Uint8Array): { imports: number; exports: number; bodies: number } {
  const reader = new BinaryReader();
  reader.setData(bytes.slice().buffer, 0, bytes.length);
  const counts = { imports: 0, exports: 0, bodies: 0 };
  while (reader.read()) {
    if (Number(reader.state) === IMPORT_ENTRY) counts.imports += 1;
    if (Number(reader.state) === EXPORT_ENTRY) counts.exports += 1;
    if (Number(reader.state) === BEGIN_BODY) counts.bodies += 1;
  }
  return counts;
}

describe("modules of other people", () => {
  const require = createRequire(import.meta.url);
  it.each(["sql.js/dist/sql-wasm.wasm", "@resvg/resvg-wasm/index_bg.wasm", "esbuild-wasm/esbuild.wasm"])("%s", (path) => {
    const bytes = new Uint8Array(readFileSync(require.resolve(path)));
    const reading = readModule(bytes);
    if (!reading.ok) throw new Error(`${reading.problem} at ${reading.offset}`);
    const { imports, exports, definedFunctions, cost, burden } = reading.facts;
    expect({ imports: imports.length, exports: exports.length, bodies: definedFunctions }).toEqual(countsOf(bytes));
    expect(cost.worstFunction).toBeLessThan(2 ** 21);
    expect(cost.module).toBeLessThan(2 ** 24);
    expect(burden.worstFunction).toBeLessThan(2 ** 19);
    expect(burden.module).toBeLessThan(2 ** 21);
  });
});

describeShared("conformance/fuel", "wasmparser finds as much in the fuel vectors", () => {
  it("imports, exports and bodies", () => {
    for (const file of readdirSync(shared("conformance/fuel/modules")).filter((name) => !name.includes("globals"))) {
      const bytes = sharedBytes("conformance/fuel/modules", file);
      const reading = readModule(bytes);
      if (!reading.ok) throw new Error(`${file}: ${reading.problem}`);
      const { imports, exports, definedFunctions } = reading.facts;
      expect({ imports: imports.length, exports: exports.length, bodies: definedFunctions }).toEqual(countsOf(bytes));
    }
  });
});
