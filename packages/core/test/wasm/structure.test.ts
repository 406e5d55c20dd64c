import { describe, expect, it } from "vitest";
import { readModule } from "../../src/wasm/index.ts";
import {
  type Bytes,
  body,
  FUNCREF,
  functionModule,
  functionType,
  HEADER,
  I32,
  I64,
  join,
  leb,
  list,
  moduleOf,
  repeat,
  section,
  text,
} from "./build.ts";

const TYPE = section(1, list(functionType([], [])));
const FUNCTION = section(3, [1, 0]);
const CODE = section(10, list(body([])));
const CONSTANT = [0x41, 0, 0x0b];

const refusal = (module: Uint8Array): { problem?: string; feature?: string; offset?: number } => {
  const reading = readModule(module);
  return reading.ok ? {} : { ...reading };
};
const isOk = (module: Uint8Array): boolean => readModule(module).ok;

describe("facts of a module (spec 4.4)", () => {
  const module = moduleOf(
    section(0, join(text("producers"), list(join(text("language"), list(join(text("Rust"), text("1.95"))))))),
    section(1, list(functionType([I32, I64], [I32]), functionType([], []))),
    section(
      2,
      list(
        join(text("env"), text("f"), [0, 0]),
        join(text("env"), text("m"), [2, 1, 1, 2]),
        join(text("env"), text("t"), [1, FUNCREF, 0, 3]),
        join(text("env"), text("g"), [3, I32, 0]),
      ),
    ),
    section(3, [2, 1, 0]),
    section(6, list(join([I32, 1], CONSTANT))),
    section(
      7,
      list(join(text("run"), [0, 2]), join(text("again"), [0, 2]), join(text("memory"), [2, 0]), join(text("g"), [3, 1])),
    ),
    section(8, [1]),
    section(10, list(body([]), body([0x00]))),
  );

  it("are all there", () => {
    const reading = readModule(module);
    if (!reading.ok) throw new Error(reading.problem);
    const { facts } = reading;
    expect(facts).toMatchObject({ size: module.length, exportedFunctions: 2, definedFunctions: 2, start: 1 });
    expect(facts.imports.map(({ module: from, name, kind }) => [from, name, kind])).toEqual([
      ["env", "f", "function"],
      ["env", "m", "memory"],
      ["env", "t", "table"],
      ["env", "g", "global"],
    ]);
    const type = { params: ["i32", "i64"], results: ["i32"] };
    expect(facts.imports[0]?.type).toEqual(type);
    expect(facts.imports[1]?.type).toBeUndefined();
    expect(facts.exports.map(({ name, kind, index, type: of }) => [name, kind, index, of])).toEqual([
      ["run", "function", 2, type],
      ["again", "function", 2, type],
      ["memory", "memory", 0, undefined],
      ["g", "global", 1, undefined],
    ]);
    expect(facts.memories).toMatchObject([{ min: 1n, max: 2n, wide: false, imported: true }]);
    expect(facts.tables).toMatchObject([{ min: 3n, wide: false, imported: true }]);
    expect([...facts.features.keys()]).toEqual(["mutable_globals"]);
    expect(facts.producers).toEqual([{ field: "language", name: "Rust", version: "1.95" }]);
    expect(facts.customSections).toEqual([{ name: "producers", offset: 8, size: 33 }]);
    const found = facts.imports[0]?.offset ?? 0;
    expect([...module.subarray(found, found + 4)]).toEqual([3, 101, 110, 118]);
  });

  it("list no more than 1 000 custom sections, and none of a malformed producers section", () => {
    const reading = readModule(moduleOf(repeat(5_000, section(0, text("x"))), section(0, join(text("producers"), [0xff, 0xff]))));
    if (!reading.ok) throw new Error(reading.problem);
    expect(reading.facts.customSections).toHaveLength(1_000);
    expect(reading.facts.producers).toEqual([]);
  });
});

describe("T17: only the binary format of core modules is read", () => {
  it.each([
    "(module)",
    "  \n\t(module (memory 100))",
    ";; a comment\n(module)",
    "(; block ;) (module)",
    "\ufeff(module)",
    "(func)",
    "(component)",
    ";; only a comment",
  ])("text: %j", (source) => {
    expect(refusal(new TextEncoder().encode(source))).toMatchObject({ feature: "text format" });
  });

  it("a component's header", () => {
    expect(refusal(join([0x00, 0x61, 0x73, 0x6d], [0x0d, 0x00, 0x01, 0x00]))).toMatchObject({ feature: "components" });
  });

  it.each([
    ["nothing", []],
    ["half a magic number", [0x00, 0x61]],
    ["a magic number alone", [0x00, 0x61, 0x73, 0x6d]],
    ["another version", [0x00, 0x61, 0x73, 0x6d, 2, 0, 0, 0]],
    ["an executable", [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0]],
  ])("%s", (_, bytes) => {
    const { problem, feature } = refusal(Uint8Array.from(bytes));
    expect(problem).toBeDefined();
    expect(feature).toBeUndefined();
  });
});

describe("T17: all memories together", () => {
  it("are listed one by one, up to 100", () => {
    const reading = readModule(moduleOf(section(5, join([100], repeat(100, [0, 3])))));
    if (!reading.ok) throw new Error(reading.problem);
    expect(reading.facts.memories.reduce((sum, { min }) => sum + min, 0n)).toBe(300n);
    expect(reading.facts.features.has("several_memories")).toBe(true);
    expect(isOk(moduleOf(section(5, join([101], repeat(101, [0, 0])))))).toBe(false);
  });

  it("imported ones count", () => {
    const imported = section(2, list(join(text("e"), text("m"), [2, 0, 1])));
    expect(isOk(moduleOf(imported, section(5, join([99], repeat(99, [0, 0])))))).toBe(true);
    expect(isOk(moduleOf(imported, section(5, join([100], repeat(100, [0, 0])))))).toBe(false);
  });
});

describe("limits (spec 4.5)", () => {
  const named = (bytes: number) =>
    moduleOf(TYPE, FUNCTION, section(7, list(join(leb(bytes), repeat(bytes, [0x61]), [0, 0]))), CODE);
  const withLocals = (params: number, ...runs: [number, number][]) =>
    functionModule({ params: repeat(params, [I32]), code: [], locals: runs });
  it.each<[string, Uint8Array, Uint8Array]>([
    [
      "parameters",
      moduleOf(section(1, list(functionType(repeat(1_000, [I32]), [])))),
      moduleOf(section(1, list(functionType(repeat(1_001, [I32]), [])))),
    ],
    [
      "results",
      moduleOf(section(1, list(functionType([], repeat(1_000, [I32]))))),
      moduleOf(section(1, list(functionType([], repeat(1_001, [I32]))))),
    ],
    ["locals", withLocals(0, [50_000, I32]), withLocals(0, [50_001, I32])],
    ["locals in runs", withLocals(0, [49_999, I32], [1, I64]), withLocals(0, [50_000, I32], [1, I64])],
    ["locals with parameters", withLocals(2, [49_998, I32]), withLocals(2, [49_999, I32])],
    ["locals beyond 32 bits", withLocals(0, [0, I32]), withLocals(0, [2 ** 32 - 1, I32], [2, I32])],
    ["names", named(100_000), named(100_001)],
    ["pages", moduleOf(section(5, join([1, 0], leb(65_536)))), moduleOf(section(5, join([1, 0], leb(65_537))))],
    ["most pages", moduleOf(section(5, join([1, 1, 0], leb(65_536)))), moduleOf(section(5, join([1, 1, 0], leb(65_537))))],
    [
      "pages of 64-bit memories",
      moduleOf(section(5, join([1, 4], leb(262_144)))),
      moduleOf(section(5, join([1, 4], leb(262_145)))),
    ],
    [
      "table elements",
      moduleOf(section(4, join([1, FUNCREF, 0], leb(10_000_000)))),
      moduleOf(section(4, join([1, FUNCREF, 0], leb(10_000_001)))),
    ],
    [
      "tables",
      moduleOf(section(4, join([100], repeat(100, [FUNCREF, 0, 0])))),
      moduleOf(section(4, join([101], repeat(101, [FUNCREF, 0, 0])))),
    ],
    [
      "targets",
      functionModule({ code: join([0x41, 0, 0x0e], leb(65_520), repeat(65_521, [0])) }),
      functionModule({ code: join([0x41, 0, 0x0e], leb(65_521), repeat(65_522, [0])) }),
    ],
    ["a function's bytes", functionModule({ code: repeat(7_654_319, [1]) }), functionModule({ code: repeat(7_654_320, [1]) })],
  ])("%s", (_, within, beyond) => {
    expect(isOk(within)).toBe(true);
    expect(isOk(beyond)).toBe(false);
  });

  it("imports and exports: the 100 000 that every engine takes", () => {
    const imports = (count: number) => moduleOf(TYPE, section(2, join(leb(count), repeat(count, [0, 0, 0, 0]))));
    expect(isOk(imports(100_000))).toBe(true);
    expect(isOk(imports(100_001))).toBe(false);
  });
});

describe("structure", () => {
  const name = [1, 0x61];
  it.each<[string, Bytes]>([
    ["a section twice", join(TYPE, TYPE)],
    ["sections out of order", join(FUNCTION, TYPE, CODE)],
    ["data count after code", join(TYPE, FUNCTION, CODE, section(12, [0]))],
    ["a section beyond the end", [1, 5, 0]],
    ["a section that goes on", section(1, [0, 0])],
    ["a section that ends early", section(1, [1, 0x60, 0])],
    ["an unknown section", section(15, [])],
    ["bytes after the last section", join(TYPE, [0xff])],
    ["a custom section without a name", section(0, [])],
    ["a custom section whose name is not UTF-8", section(0, [1, 0xff])],
    ["a count that nothing backs", section(1, leb(900_000))],
    ["a LEB128 number of six bytes", section(1, [0x80, 0x80, 0x80, 0x80, 0x80, 0x00])],
    ["a LEB128 number with bits too high", section(1, [0x80, 0x80, 0x80, 0x80, 0x10])],
    ["a function without a body", join(TYPE, FUNCTION)],
    ["a body without a function", join(TYPE, CODE)],
    ["a function of no type", join(TYPE, section(3, [1, 1]), CODE)],
    ["an export of nothing", join(TYPE, FUNCTION, section(7, join([1], name, [0, 1])), CODE)],
    ["two exports of one name", join(TYPE, FUNCTION, section(7, join([2], name, [0, 0], name, [0, 0])), CODE)],
    ["an export whose name is not UTF-8", join(TYPE, FUNCTION, section(7, [1, 1, 0xff, 0, 0]), CODE)],
    ["a start function with a parameter", join(section(1, list(functionType([I32], []))), FUNCTION, section(8, [0]), CODE)],
    ["a maximum below its minimum", section(5, [1, 1, 2, 1])],
    ["a data segment without a memory", section(11, join([1, 0], CONSTANT, [0]))],
    ["another number of data segments", join(section(5, [1, 0, 1]), section(12, [2]), section(11, [1, 1, 0]))],
    ["a segment for no table", section(9, join([1, 0], CONSTANT, [0]))],
    ["a segment of no function", join(section(4, [1, FUNCREF, 0, 1]), section(9, join([1, 0], CONSTANT, [1, 0])))],
    ["a constant that is not constant", section(6, [1, I32, 0, 0x01, 0x41, 0, 0x0b])],
    [
      "a constant that reads a mutable global",
      join(section(2, list(join(name, name, [3, I32, 1]))), section(6, [1, I32, 0, 0x23, 0, 0x0b])),
    ],
  ])("refuses %s", (_, sections) => {
    expect(refusal(moduleOf(sections)).problem).toBeDefined();
  });

  it.each<[string, Bytes]>([
    ["no local", [0x20, 1]],
    ["no local of more than one byte", [0x20, 0x80, 0x01]],
    ["no global", [0x23, 0]],
    ["no function", [0x10, 1]],
    ["no type", [0x02, 1, 0x0b]],
    ["no memory", [0x41, 0, 0x28, 2, 0]],
    ["no memory to grow", [0x41, 0, 0x40, 0]],
    ["no table", [0x41, 0, 0x11, 0, 0]],
    ["no block so far out", [0x0c, 1]],
    ["an else without if", [0x02, 0x40, 0x05, 0x0b]],
    ["two elses", [0x41, 0, 0x04, 0x40, 0x05, 0x05, 0x0b]],
    ["an end too many", [0x0b]],
    ["an end too few", [0x02, 0x40]],
    ["half an instruction", [0x41]],
    ["an i32 of six bytes", [0x41, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00]],
    ["an i32 beyond its bits", [0x41, 0x80, 0x80, 0x80, 0x80, 0x08]],
    ["an i64 beyond its bits", [0x42, ...new Array<number>(9).fill(0x80), 0x01]],
    ["a negative type", [0x02, 0xc0, 0x7f, 0x0b]],
    ["data.drop without a data count", [0xfc, 9, 0]],
    ["a select of two types", [0x00, 0x1c, 2, I32, I32]],
    ["an unknown instruction", [0xff]],
    ["an unknown instruction after 0xfc", [0xfc, 0xff, 0x01]],
    ["a lane too high", [0x00, 0xfd, 0x15, 16]],
  ])("refuses a body with %s", (_, code) => {
    expect(refusal(functionModule({ code, locals: [[1, I32]] })).problem).toBeDefined();
  });

  it("takes numbers longer than they need be", () => {
    expect(isOk(moduleOf(section(1, [0x80, 0x80, 0x80, 0x80, 0x00])))).toBe(true);
    const code = [
      0x41,
      0xff,
      0xff,
      0xff,
      0xff,
      0x7f,
      0x1a,
      0x42,
      ...new Array<number>(9).fill(0xff),
      0x7f,
      0x1a,
      0x20,
      0x80,
      0,
      0x1a,
    ];
    expect(isOk(functionModule({ code, locals: [[1, I32]] }))).toBe(true);
  });

  it("says where", () => {
    expect(refusal(functionModule({ code: [0x01, 0x01, 0xff] })).offset).toBe(HEADER.length + 6 + 4 + 2 + 1 + 2 + 2);
  });
});
