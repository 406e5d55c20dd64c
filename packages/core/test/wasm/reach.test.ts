import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BinaryReader } from "wasmparser";
import { readModule } from "../../src/wasm/index.ts";
import { assemble } from "../audit/wat.ts";
import { type Bytes, body, functionType, I32, join, leb, list, moduleOf, section, text } from "./build.ts";

/** Names of the imports that the exports can reach, as ours says. */
function reachedNames(module: Uint8Array): string[] {
  const reading = readModule(module);
  if (!reading.ok) throw new Error(reading.problem);
  const { imports } = reading.calls.fromExports();
  return reading.facts.imports.filter((_, position) => imports.has(position)).map(({ name }) => name);
}

const F = `(import "env" "f" (func $f))`;

describe("imports that an export can reach", () => {
  it.each([
    ["called by an export", `(func (export "a") (call $f))`],
    ["called by way of another", `(func $g (call $f)) (func (export "a") (call $g))`],
    ["called in the end", `(func (export "a") (return_call $f))`],
    ["called from where nothing comes", `(func (export "a") (return) (call $f))`],
    ["called by the start function", `(func $g (call $f)) (start $g)`],
    ["exported itself", `(export "f" (func $f))`],
    [
      "in a table, called by its type",
      `(table 1 funcref) (elem (i32.const 0) $f) (func (export "a") (call_indirect (i32.const 0)))`,
    ],
    [
      "in a table, called by another type that is the same",
      `(type $x (func (param i32))) (type $y (func)) (type $z (func)) (table 1 funcref) (elem (i32.const 0) $f)
       (func (export "a") (call_indirect (type $z) (i32.const 0)))`,
    ],
    ["in a passive segment", `(table 1 funcref) (elem func $f) (func (export "a") (call_indirect (i32.const 0)))`],
    [
      "referred to by an instruction",
      `(table 1 funcref) (elem declare func $f)
       (func (export "a") (table.set (i32.const 0) (ref.func $f)) (call_indirect (i32.const 0)))`,
    ],
    [
      "referred to by a global",
      `(table 1 funcref) (global funcref (ref.func $f)) (func (export "a") (call_indirect (i32.const 0)))`,
    ],
    ["in an exported table", `(table (export "t") 1 funcref) (elem (i32.const 0) $f)`],
  ])("%s", async (_, wat) => expect(reachedNames(await assemble(`(module ${F} ${wat})`))).toEqual(["f"]));

  it.each([
    ["called by nobody", `(func (export "a"))`],
    ["called by what nobody calls", `(func $g (call $f)) (func (export "a"))`],
    ["called by functions that call each other alone", `(func $g (call $h)) (func $h (call $f) (call $g)) (func (export "a"))`],
    ["in a table through which nobody calls", `(table 1 funcref) (elem (i32.const 0) $f) (func (export "a"))`],
    [
      "in a table, called by another type",
      `(table 1 funcref) (elem (i32.const 0) $f) (func (export "a") (call_indirect (param i32) (i32.const 7) (i32.const 0)))`,
    ],
    [
      "declared and never referred to",
      `(table 1 funcref) (elem declare func $f) (func (export "a") (call_indirect (i32.const 0)))`,
    ],
  ])("not: %s", async (_, wat) => expect(reachedNames(await assemble(`(module ${F} ${wat})`))).toEqual([]));

  it("a path is told from the root to the import, cut to its last eight", async () => {
    const chain = Array.from({ length: 20 }, (_, at) => `(func $g${at} (call ${at === 0 ? "$f" : `$g${at - 1}`}))`).join("");
    const reading = readModule(
      await assemble(`(module ${F} ${chain} (func (export "a") (call $g19)) (func (export "b") (call $g1)))`),
    );
    if (!reading.ok) throw new Error(reading.problem);
    const exported = reading.facts.exports.map(({ index }) => index);
    expect(reading.calls.fromFunction(exported[0] ?? 0).paths.get(0)).toEqual([8, 7, 6, 5, 4, 3, 2, 1, 0].slice(-8));
    expect(reading.calls.fromFunction(exported[1] ?? 0).paths.get(0)).toEqual([22, 2, 1, 0]);
    expect(reading.calls.fromExports().paths.get(0)).toEqual([22, 2, 1, 0]);
  });

  it("an import that tables hold and nobody calls by name is told", async () => {
    const facts = async (wat: string) => {
      const reading = readModule(
        await assemble(`(module ${F} (import "env" "m" (memory 1)) (import "env" "g" (func $g)) ${wat})`),
      );
      return reading.ok ? reading.facts.importsInTables : undefined;
    };
    expect(await facts(`(table 2 funcref) (elem (i32.const 0) $f $g) (func (export "a") (call $f))`)).toEqual([2]);
    expect(await facts(`(func (export "a") (call $f))`)).toEqual([]);
  });
});

interface Graph {
  /** Functions, imported ones first, each of one of three types; whom the defined ones call, and by which type. */
  readonly imported: readonly number[];
  readonly defined: readonly { readonly type: number; readonly calls: readonly number[]; readonly indirect: readonly number[] }[];
  readonly exported: readonly number[];
  readonly elements: readonly number[];
}

const graphs: fc.Arbitrary<Graph> = fc.record({
  imported: fc.array(fc.nat({ max: 2 }), { minLength: 1, maxLength: 5 }),
  defined: fc.array(
    fc.record({
      type: fc.nat({ max: 2 }),
      calls: fc.array(fc.nat({ max: 14 }), { maxLength: 3 }),
      indirect: fc.array(fc.nat({ max: 3 }), { maxLength: 1 }),
    }),
    { minLength: 1, maxLength: 10 },
  ),
  exported: fc.array(fc.nat({ max: 14 }), { maxLength: 2 }),
  elements: fc.array(fc.nat({ max: 14 }), { maxLength: 4 }),
});

/** No operand is ever right: only structure is read here. Type 3 is type 1 written a second time. */
function moduleOfGraph({ imported, defined, exported, elements }: Graph): Uint8Array<ArrayBuffer> {
  const count = imported.length + defined.length;
  const bodies = defined.map(({ calls, indirect }) =>
    body(
      join(
        ...calls.map((callee): Bytes => [0x10, ...leb(callee % count)]),
        ...indirect.map((type): Bytes => [0x11, ...leb(type), 0]),
      ),
    ),
  );
  return moduleOf(
    section(1, list(functionType([], []), functionType([I32], []), functionType([], [I32]), functionType([I32], []))),
    section(2, list(...imported.map((type, at) => join(text("env"), text(`i${at}`), [0, ...leb(type)])))),
    section(3, list(...defined.map(({ type }): Bytes => leb(type)))),
    section(4, [1, 0x70, 0, 0]),
    section(7, list(...exported.map((index, at) => join(text(`e${at}`), [0, ...leb(index % count)])))),
    section(9, list(join([0, 0x41, 0, 0x0b], list(...elements.map((index): Bytes => leb(index % count)))))),
    section(10, list(...bodies)),
  );
}

/** Its states, which it declares as a `const enum`. */
const State = { import: 12, function: 13, export: 17, constant: 26, body: 28, code: 30 } as const;

/** The same by another reader and the plainest of walks: a set that is gone over until nothing is added. */
function reachedByOracle(bytes: Uint8Array<ArrayBuffer>, sameType: (a: number, b: number) => boolean): string[] {
  const reader = new BinaryReader();
  reader.setData(bytes.buffer, 0, bytes.length);
  const names: string[] = [];
  const types: number[] = [];
  const reached = new Set<number>();
  const elements = new Set<number>();
  const calls: { readonly from: number; readonly to?: number; readonly type?: number }[] = [];
  let current = -1;
  while (reader.read()) {
    const { result } = reader;
    const of = (field: string): unknown =>
      typeof result === "object" && result !== null ? Reflect.get(result, field) : undefined;
    const number = (field: string): number => Number(of(field));
    switch (Number(reader.state)) {
      case State.import: {
        const name = of("field");
        if (number("kind") !== 0 || !(name instanceof Uint8Array)) break;
        names.push(new TextDecoder().decode(name));
        types.push(number("funcTypeIndex"));
        break;
      }
      case State.function:
        types.push(number("typeIndex"));
        break;
      case State.export:
        if (number("kind") === 0) reached.add(number("index"));
        break;
      case State.constant:
        if (number("code") === 0xd2) elements.add(number("funcIndex"));
        break;
      case State.body:
        current = current < 0 ? names.length : current + 1;
        break;
      case State.code:
        if (number("code") === 0x10) calls.push({ from: current, to: number("funcIndex") });
        if (number("code") === 0x11) calls.push({ from: current, type: number("typeIndex") });
    }
  }
  for (let size = -1; size !== reached.size; ) {
    size = reached.size;
    for (const { from, to, type } of calls) {
      if (!reached.has(from)) continue;
      if (to !== undefined) reached.add(to);
      if (type !== undefined) for (const each of elements) if (sameType(types[each] ?? -1, type)) reached.add(each);
    }
  }
  return names.filter((_, index) => reached.has(index));
}

describe("reach, against another reader and a plain walk", () => {
  it("is the same for any graph of calls", () => {
    const same = (a: number, b: number): boolean => (a === 3 ? 1 : a) === (b === 3 ? 1 : b);
    fc.assert(
      fc.property(graphs, (graph) => {
        const module = moduleOfGraph(graph);
        expect(reachedNames(module)).toEqual(reachedByOracle(module, same));
      }),
      { numRuns: 2_000 },
    );
  });

  it("finds every import of a real program that is called by name", () => {
    const require = createRequire(import.meta.url);
    const bytes = new Uint8Array(readFileSync(require.resolve("sql.js/dist/sql-wasm.wasm")));
    const ours = reachedNames(bytes);
    for (const name of reachedByOracle(bytes, () => false)) expect(ours).toContain(name);
  });
});
