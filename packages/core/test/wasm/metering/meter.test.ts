import { describe, expect, it, vi } from "vitest";
import { body, functionModule, functionType, I32, I64, join, leb, list, moduleOf, section, text } from "../build.ts";
import { Instance, metered, refusalOf, run, wat } from "./support.ts";

const f = (code: string, more = ""): string => `(module ${more} (func (export "f") ${code}))`;
const UNIT = "(drop (i32.const 1))";

describe("what is consumed is what wasmtime 44 says (measured with it)", () => {
  it.each([
    ["an empty function", f(""), 1n],
    ["what costs nothing", f("nop (block (block)) (loop) return"), 1n],
    ["one instruction", f(UNIT), 2n],
    ["what cannot be reached", f(`(block (br 0) ${UNIT.repeat(9)}) ${UNIT}`), 3n],
    ["what follows a block that nothing leaves", f(`(block (loop (br 0)) ${UNIT}) ${UNIT}`), undefined],
    ["a call", f(`(call $g) ${UNIT}`, `(func $g ${UNIT.repeat(3)})`), 7n],
    ["a way through `if`", f(`(if (i32.const 1) (then ${UNIT}) (else ${UNIT.repeat(5)}))`), 4n],
    ["the other way", f(`(if (i32.const 0) (then ${UNIT}) (else ${UNIT.repeat(5)}))`), 8n],
    ["a bulk operation", f("(memory.fill (i32.const 0) (i32.const 0) (i32.const 100))", "(memory 1)"), 5n],
  ])("%s", (_, module, fuel) => {
    const ran = run(module, fuel === undefined ? { budget: 1000n } : {});
    expect(ran).toMatchObject(fuel === undefined ? { ended: "out_of_fuel" } : { ended: "ok", fuel });
  });

  it("exhaustion is found at entries and at loops, with the function's own unit counted", () => {
    // The smallest budgets with which wasmtime 44 and 49 let each end.
    for (const [module, least] of [
      [f(""), 2n],
      [f(UNIT.repeat(5)), 2n],
      [f(`${UNIT.repeat(5)} (loop) ${UNIT.repeat(3)}`), 7n],
      [f(`${UNIT.repeat(5)} (call $g)`, "(func $g)"), 9n],
    ] as const) {
      expect(run(module, { budget: least - 1n }).ended, module).toBe("out_of_fuel");
      expect(run(module, { budget: least }).ended, module).toBe("ok");
    }
  });

  it("a trap leaves the counter as it was written last, but `unreachable` writes it", () => {
    const divide = "(drop (i32.div_u (i32.const 1) (i32.const 0)))";
    expect(run(f(`${UNIT.repeat(9)} ${divide}`))).toMatchObject({ ended: "trap", fuel: 0n });
    expect(run(f(`(call $g) ${UNIT.repeat(9)} ${divide}`, "(func $g)"))).toMatchObject({ ended: "trap", fuel: 3n });
    expect(run(f(`${UNIT.repeat(9)} unreachable`))).toMatchObject({ ended: "trap", fuel: 10n });
  });

  it("an access that no address brings into its memory writes the counter, and what follows cannot be reached", () => {
    const far = "(drop (i32.load offset=65533 (i32.const 0)))";
    expect(run(f(`(block ${far} ${UNIT.repeat(7)})`, "(memory 1 1)"))).toMatchObject({ ended: "trap", fuel: 3n });
    expect(run(f(`(block ${far})`, "(memory 1 2)"))).toMatchObject({ ended: "trap", fuel: 0n });
  });

  it("of offsets from 2^32 on it is not seen: only a memory that can hold nothing is left at once", () => {
    const at = (offset: bigint, memory: string) =>
      wat(f(`(block (drop (i32.load offset=${offset} (i64.const 0))) ${UNIT.repeat(7)})`, memory));
    const [seen, unseen] = [2n ** 32n - 1n, 2n ** 32n];
    for (const [offset, memory, fuel] of [
      [seen, "(memory i64 1 1)", 3n],
      [unseen, "(memory i64 1 1)", 0n],
      [2n ** 64n - 1n, "(memory i64 1 1)", 0n],
      [unseen, "(memory i64 0 0)", 3n],
      [seen, "(memory i64 1)", 0n],
      [2n ** 64n - 1n, "(memory i64 1)", 0n],
    ] as const) {
      const module = at(offset, memory);
      // Node 20 knows no such memory: there the code alone tells.
      if (WebAssembly.validate(module))
        expect(new Instance(metered(module)).call("f"), `${offset} ${memory}`).toMatchObject({ ended: "trap", fuel });
    }
    // Everything but the offset itself.
    const code = (offset: bigint, memory: string): string =>
      Buffer.from(metered(at(offset, memory)).bytes)
        .toString("hex")
        .replace(/ffffffff0f|8080808010/, "");
    expect(code(seen, "(memory i64 1 1)")).not.toBe(code(unseen, "(memory i64 1 1)"));
    expect(code(seen, "(memory i64 1)")).toBe(code(unseen, "(memory i64 1)"));
  });
});

describe("per_byte", () => {
  const memory = '(memory 2 4) (table 100 1000 funcref) (data $d "hello world") (elem $e func $g $g $g $g $g) (func $g)';
  // As wasmtime 49 counts.
  it.each([
    ["memory.fill", "(memory.fill (i32.const 0) (i32.const 0) (i32.const 100))", 105n],
    ["memory.copy", "(memory.copy (i32.const 0) (i32.const 0) (i32.const 100))", 105n],
    ["memory.init", "(memory.init $d (i32.const 0) (i32.const 0) (i32.const 5))", 10n],
    ["table.fill", "(table.fill (i32.const 0) (ref.null func) (i32.const 50))", 55n],
    ["table.copy", "(table.copy (i32.const 0) (i32.const 0) (i32.const 50))", 55n],
    ["table.init", "(table.init $e (i32.const 0) (i32.const 0) (i32.const 3))", 8n],
    ["table.grow", "(drop (table.grow (ref.null func) (i32.const 50)))", 54n],
    ["memory.grow", "(drop (memory.grow (i32.const 1)))", 4n],
    ["data.drop", "(data.drop $d)", 2n],
    ["table.size", "(drop (table.size))", 2n],
    ["nothing moved", "(memory.fill (i32.const 0) (i32.const 0) (i32.const 0))", 5n],
  ])("%s costs a unit a byte or element more", (_, code, fuel) => {
    expect(run(f(code, memory), { mode: "per_byte" })).toMatchObject({ ended: "ok", fuel });
  });

  it("what is refused moves nothing: a growth beyond the maximum, in one step of any size, costs one", () => {
    expect(run(f("(drop (memory.grow (i32.const 9)))", memory), { mode: "per_byte" })).toMatchObject({ ended: "ok", fuel: 3n });
    // wasmtime 49 gives fuel back for this one.
    expect(run(f("(drop (memory.grow (i32.const -1000)))", memory), { mode: "per_byte" })).toMatchObject({ fuel: 3n });
  });

  it("T40: bulk operations one after another, with no loop, end soon after the budget does", () => {
    const fill = "(memory.fill (i32.const 0) (i32.const 1) (i32.const 60000))";
    const many = f(fill.repeat(100), '(memory (export "m") 1)');
    expect(run(many, { mode: "per_byte", budget: 100_000n })).toMatchObject({ ended: "out_of_fuel", fuel: 120_013n });
    expect(run(many, { mode: "flat", budget: 100_000n })).toMatchObject({ ended: "ok" });
    const copies = f("(table.copy (i32.const 0) (i32.const 0) (i32.const 10))".repeat(20), "(table 10 funcref)");
    expect(run(copies, { mode: "per_byte", budget: 100n }).ended).toBe("out_of_fuel");
  });
});

describe("a module that would refuel itself (spec 10.2)", () => {
  // In a module without globals this is wrong, and right once the counter is appended.
  const sets = functionModule({ code: [0x42, 0x80, 0x7f, 0x24, 0x00] });

  it("sets the counter that it does not have", () => {
    expect(WebAssembly.validate(sets)).toBe(false);
    expect(refusalOf(sets)).toMatchObject({ code: "Malformed" });
  });

  it.each([
    ["reads it", [0x23, 0x00, 0x1a]],
    ["reads what was refused", [0x23, 0x01, 0x1a]],
    ["sets it through a longer number", [0x42, 0x00, 0x24, 0x80, 0x00]],
    ["sets the local that holds it", [0x42, 0x00, 0x21, 0x00]],
    ["reads the local", [0x20, 0x00, 0x1a]],
    ["branches out of the function twice", [0x0c, 0x01]],
    ["calls the function that is added for the start", [0x10, 0x01]],
    ["has a block of a type that is added", [0x41, 0x00, 0x02, 0x01, 0x1a, 0x0b]],
    ["calls through a table by such a type", [0x41, 0x00, 0x11, 0x01, 0x00]],
  ])("%s", (_, code) => {
    expect(refusalOf(functionModule({ code }))).toMatchObject({ code: "Malformed" });
    expect(refusalOf(functionModule({ code: [0x00, ...code] })), "where it cannot be reached").toMatchObject({
      code: "Malformed",
    });
  });

  it.each(["palyra:fuel", "palyra:refused", "palyra:start", "palyra:memory:0"])("exports %s itself", (name) => {
    const module = wat(`(module (global (export "${name}") (mut i64) (i64.const -1000)))`);
    expect(refusalOf(module)).toEqual({ code: "ReservedExport", name });
  });

  it("has a start function: it runs when it is called, with fuel", () => {
    const module = metered(
      wat('(module (global $n (export "n") (mut i32) (i32.const 0)) (func $s (global.set $n (i32.const 7))) (start $s))'),
    );
    const instance = new Instance(module);
    expect(instance.global("n").value).toBe(0);
    expect(module.start).toBe("palyra:start");
    // As wasmtime 49, which calls it from a function of its own.
    expect(instance.call("palyra:start")).toMatchObject({ ended: "ok", fuel: 5n });
    expect(instance.global("n").value).toBe(7);
    expect(instance.call("palyra:start", [], 2n).ended).toBe("out_of_fuel");
  });

  it("starts with a function that is imported", () => {
    const module = metered(wat('(module (import "e" "s" (func $s)) (start $s))'));
    const started = vi.fn();
    const instance = new Instance(module, { e: { s: started } });
    expect(started).not.toHaveBeenCalled();
    expect(instance.call("palyra:start").ended).toBe("ok");
    expect(started).toHaveBeenCalledOnce();
  });

  it("runs nothing before fuel is given", () => {
    const instance = new Instance(metered(wat(f(""))));
    expect(instance.call("f", [], 0n)).toMatchObject({ ended: "out_of_fuel" });
  });

  it("traps, and is called again: the counter goes on from where it is", () => {
    const instance = new Instance(metered(wat('(module (func (export "f") (loop (br 0))) (func (export "g")))')));
    expect(instance.call("f", [], 1000n).ended).toBe("out_of_fuel");
    const called = instance.exports["g"];
    expect(() => typeof called === "function" && called()).toThrow(WebAssembly.RuntimeError);
  });
});

describe("T17: caps hold for all memories and tables together", () => {
  const caps = { memoryBytes: 4 * 65_536 + 1, tableElements: 10 };
  const grow = (pages: number, memory = 0): string => `(drop (memory.grow ${memory} (i32.const ${pages})))`;

  it("a memory ends at the cap, and says so", () => {
    const sizes = '(memory (export "m") 1 1000)';
    expect(run(f(grow(3), sizes), { caps })).toMatchObject({ ended: "ok", refused: 0 });
    expect(run(f(grow(4), sizes), { caps })).toMatchObject({ ended: "ok", refused: 1 });
    expect(run(f(grow(4), "(memory 1)"), { caps })).toMatchObject({ refused: 1 });
  });

  it("what the module's own maximum refuses is not the cap's doing", () => {
    expect(run(f(grow(4), "(memory 1 3)"), { caps })).toMatchObject({ ended: "ok", refused: 0 });
  });

  it("the answers are those of the engine", () => {
    const two =
      '(module (memory 1 9) (func (export "f") (result i32 i32) (memory.grow (i32.const 2)) (memory.grow (i32.const 2))))';
    for (const mode of ["flat", "per_byte"] as const)
      expect(run(two, { caps, mode })).toMatchObject({ result: [1, -1], refused: 1 });
  });

  it("a table ends at the cap", () => {
    const table = (by: number) => f(`(drop (table.grow (ref.null func) (i32.const ${by})))`, "(table 4 funcref)");
    expect(run(table(6), { caps })).toMatchObject({ ended: "ok", refused: 0 });
    expect(run(table(7), { caps })).toMatchObject({ ended: "ok", refused: 2 });
  });

  it("two tables share it", () => {
    const code = "(drop (table.grow $a (ref.null func) (i32.const 4))) (drop (table.grow $b (ref.null func) (i32.const 4)))";
    expect(run(f(code, "(table $a 1 funcref) (table $b 1 funcref)"), { caps })).toMatchObject({ ended: "ok", refused: 0 });
    expect(run(f(`${code} ${code}`, "(table $a 1 funcref) (table $b 1 funcref)"), { caps })).toMatchObject({ refused: 2 });
    expect(run(f(`${code} ${code}`, "(table $a 1 2 funcref) (table $b 1 2 funcref)"), { caps })).toMatchObject({ refused: 0 });
    // The maximum of one refuses, while there is room for it.
    expect(run(f(code, "(table $a 1 2 funcref) (table $b 1 funcref)"), { caps })).toMatchObject({ ended: "ok", refused: 0 });
  });

  it("what is too large at first is refused", () => {
    expect(refusalOf(wat("(module (memory 5))"), { caps })).toEqual({ code: "MemoryOverCap", needs: 327_680n, cap: 262_145n });
    expect(refusalOf(wat("(module (table 6 funcref) (table 6 funcref))"), { caps })).toEqual({
      code: "TablesOverCap",
      needs: 12n,
      cap: 10n,
    });
    const memories = moduleOf(section(5, list([0, 2], [0, 3])));
    expect(refusalOf(memories, { caps })).toMatchObject({ code: "MemoryOverCap", needs: 327_680n });
  });

  it("imports are bounded too: the host must make them so", () => {
    const module = metered(wat('(module (import "e" "m" (memory 1)) (import "e" "t" (table 1 funcref)))'), { caps }).bytes;
    const link = (pages: number, elements: number) => () =>
      new WebAssembly.Instance(new WebAssembly.Module(module), {
        e: {
          m: new WebAssembly.Memory({ initial: 1, maximum: pages }),
          t: new WebAssembly.Table({ initial: 1, maximum: elements, element: "anyfunc" }),
        },
      });
    expect(link(4, 10)).not.toThrow();
    expect(link(5, 10)).toThrow();
    expect(link(4, 11)).toThrow();
  });
});

describe("room for one more", () => {
  it("a function of 50 000 locals counts in a global, and as exactly", () => {
    const code = [...[0x03, 0x40], ...[0x41, 0, 0x0d, 0], 0x0b, ...[0x10, 1], ...[0x10, 1], ...[0x41, 1, 0x1a]];
    const build = (locals: number) =>
      moduleOf(
        section(1, list(functionType([], []))),
        section(3, list([0], [0])),
        section(7, list(join(text("f"), [0, 0]), join(text("g"), [0, 1]))),
        section(10, list(body(code, [[locals, I32]]), body([0x41, 1, 0x1a], [[locals, I32]]))),
      );
    const [few, most] = [49_999, 50_000].map((locals) => new Instance(metered(build(locals))));
    for (const budget of [1n, 5n, 8n, 100n]) expect(most?.call("f", [], budget)).toEqual(few?.call("f", [], budget));
    expect(most?.call("f")).toMatchObject({ ended: "ok", fuel: 10n });
    // A trap does not write what was counted.
    const traps = functionModule(
      { code: [0x41, 1, 0x41, 0, 0x6d, 0x1a], locals: [[50_000, I32]] },
      { before: [section(7, list(join(text("f"), [0, 0])))] },
    );
    expect(new Instance(metered(traps)).call("f")).toMatchObject({ ended: "trap", fuel: 0n });
  });

  it("a hundred thousand exports have none", () => {
    const exports = Array.from({ length: 99_999 }, (_, index) => join(text(`e${index}`), [0, 0]));
    const module = functionModule({ code: [] }, { before: [section(7, join(leb(exports.length), ...exports))] });
    expect(refusalOf(module)).toEqual({ code: "NoRoom", what: "exports", limit: 100_000 });
  });

  it("several results: the block around the body has a type of its own, once", () => {
    const pair =
      '(func (export "NAME") (param i32 i64) (result i64 i32) (br_if 0 (local.get 1) (local.get 0) (local.get 0)) (return))';
    const module = wat(`(module ${pair.replace("NAME", "f")} ${pair.replace("NAME", "g")})`);
    const instance = new Instance(metered(module));
    expect(instance.call("f", [3, 4n])).toMatchObject({ result: [4n, 3], fuel: 5n });
    expect(instance.call("g", [0, 4n])).toMatchObject({ result: [4n, 0], fuel: 5n });
  });

  it("a body that grows beyond what an engine takes is refused", () => {
    const calls = new Uint8Array(7_000_000).map((_, index) => (index % 2 === 0 ? 0x10 : 0x00));
    expect(refusalOf(functionModule({ code: calls }))).toMatchObject({ code: "NoRoom", what: "bytes of a function" });
  });
});

describe("what else a module has", () => {
  it("T39: no custom section is kept: no names, by which an engine would tell traps, and nothing of places in the code", () => {
    const name = join([0], leb(13), text("name"), [1, 6, 1, 0, 3], [0x66, 0x6f, 0x6f]);
    const custom = section(0, join(text("sourceMappingURL"), text("http://x")));
    const { bytes } = metered(functionModule({ code: [] }, { before: [custom], after: [name, section(0, text(".debug_line"))] }));
    const all = Buffer.from(bytes).toString("latin1");
    expect(all).not.toMatch(/foo|sourceMappingURL|debug_line/);
  });

  it("a module of nothing", () => {
    expect(Object.keys(new Instance(metered(moduleOf())).exports)).toEqual(["palyra:fuel", "palyra:refused"]);
  });

  it("its memories can be asked how large they are, by its own name for one or a reserved one", () => {
    const own = metered(wat('(module (memory (export "a") 1) (export "b" (memory 0)))'));
    expect(own.memories).toEqual(["b"]);
    expect(Object.keys(new Instance(own).exports)).toEqual(["a", "b", "palyra:fuel", "palyra:refused"]);
    const hidden = metered(wat('(module (memory 1) (func (export "f") (drop (memory.grow (i32.const 2)))))'));
    expect(hidden.memories).toEqual(["palyra:memory:0"]);
    const instance = new Instance(hidden);
    instance.call("f");
    expect(instance.exports["palyra:memory:0"]).toMatchObject({ buffer: { byteLength: 3 * 65_536 } });
  });

  it.each([
    ["no module", new Uint8Array(3)],
    ["a section that is not known", moduleOf([13, 0])],
    ["a section twice", moduleOf(section(1, [0]), section(1, [0]))],
    ["an instruction that is not in the tables", functionModule({ code: [0xfe, 0x03, 0x00] })],
    ["an instruction of SIMD that nobody has assigned", functionModule({ code: [0xfd, 0x9a, 0x01] })],
    ["an `else` without its `if`", functionModule({ code: [0x02, 0x40, 0x05, 0x0b] })],
    [
      "a body that does not end",
      moduleOf(section(1, list(functionType([], []))), section(3, [1, 0]), section(10, [1, 2, 0, 0x01])),
    ],
  ])("%s is refused", (_, module) => {
    expect(refusalOf(module)).toMatchObject({ code: "Malformed" });
  });

  it("the rewritten module is valid where the original is, I64 results included", () => {
    expect(WebAssembly.validate(metered(functionModule({ results: [I64], code: [0x42, 0] })).bytes)).toBe(true);
  });
});
