import { describe, expect, it } from "vitest";
import { COMPILE_COST_FUNCTION, COMPILE_COST_MODULE, type ModuleFacts, readModule } from "../../src/wasm/index.ts";
import { body, functionModule, functionType, I32, join, leb, list, moduleOf, repeat, section } from "./build.ts";

function factsOf(module: Uint8Array): ModuleFacts {
  const reading = readModule(module);
  if (!reading.ok) throw new Error(`${reading.problem} at ${reading.offset}`);
  return reading.facts;
}
const costOf = (...of: Parameters<typeof functionModule>): number => factsOf(functionModule(...of)).cost.worstFunction;
const isRefused = (cost: ModuleFacts["cost"]): boolean =>
  cost.worstFunction > COMPILE_COST_FUNCTION || cost.module > COMPILE_COST_MODULE;

const GET = [0x20, 0];
const IF = [0x04, 0x40];
const END = [0x0b];
const DROP = [0x1a];
const values = (count: number): Uint8Array<ArrayBuffer> => repeat(count, [I32]);

describe("T24: the cost of compiling (spec 4.4)", () => {
  it("is (locals + values in the signature) x (control and call operators)", () => {
    // The last `end` is one operator.
    expect(costOf({ code: [] })).toBe(0);
    expect(costOf({ code: [], locals: [[7, I32]] })).toBe(7);
    expect(costOf({ params: [I32, I32], results: [], code: [], locals: [[3, I32]] })).toBe(5);
    expect(costOf({ code: [0x02, 0x40, ...END, 0x03, 0x40, ...END], locals: [[10, I32]] })).toBe(50);
    expect(costOf({ code: [0x10, 0, 0x10, 0], locals: [[10, I32]] })).toBe(30);
    expect(costOf({ code: [0x0f], locals: [[10, I32]] })).toBe(20);
  });

  it("adds the values of a call's and a block's type", () => {
    const types = [functionType(values(4), values(2)), functionType(values(3), [])];
    const call = join(repeat(4, [0x41, 0]), [0x10, 1], repeat(2, DROP));
    const module = moduleOf(
      section(1, list(functionType([], []), ...types)),
      section(3, [2, 0, 1]),
      section(10, list(body(call), body([0x00]))),
    );
    // The call: 4 on the stack, 4 + 2 of its type, 2 * 2 / 4 for its results. The callee: its 6 values, and 2 on the stack.
    expect(factsOf(module).cost.module).toBe(4 + 6 + 1 + 6 + 2);
    // The block: 3 on the stack and 3 of its type; it ends on none.
    const block = join(repeat(3, [0x41, 0]), [0x02, 2], repeat(3, DROP), END);
    expect(costOf({ code: block }, { types })).toBe(3 + 3);
  });

  it("counts the operand stack as it does locals", () => {
    // 5 values below: block and its end, then the last end with nothing.
    const code = join(repeat(5, GET), [0x02, 0x40, ...END], repeat(5, DROP));
    expect(costOf({ code, locals: [[1, I32]] })).toBe(1 + 5 + 1 + 5 + 1);
  });

  it("forgets the stack behind a branch", () => {
    const code = join([0x02, 0x40], repeat(5, GET), [0x0c, 0], END, [0x02, 0x40], END);
    // block, br (5), end, block, end, end.
    expect(costOf({ code, locals: [[1, I32]] })).toBe(6 + 5);
  });

  it("saturates, and never wraps", () => {
    const code = join(repeat(1_000_000, GET), repeat(1_000_000, [0x02, 0x40]), repeat(1_000_000, END), repeat(1_000_000, DROP));
    expect(costOf({ code, locals: [[50_000, I32]] })).toBeGreaterThan(2e12);
  });

  it("names the worst function", () => {
    const module = moduleOf(
      section(1, list(functionType([], []))),
      section(3, [3, 0, 0, 0]),
      section(10, list(body([]), body([], [[9, I32]]), body([], [[2, I32]]))),
    );
    const { cost } = factsOf(module);
    expect(cost).toMatchObject({ module: 11, worstFunction: 9, worstFunctionIndex: 1 });
    expect([...module.subarray(cost.worstFunctionOffset, cost.worstFunctionOffset + 4)]).toEqual([4, 1, 9, I32]);
  });
});

describe("T24: what holds a compiler for seconds is over the bound", () => {
  /** Each compiled for more than 5 s on Node 20, or would. */
  const hostile: [name: string, module: () => Uint8Array][] = [
    [
      "50 000 locals under nested ifs",
      () => functionModule({ code: join(repeat(2_000, [...GET, ...IF]), repeat(2_000, END)), locals: [[50_000, I32]] }),
    ],
    [
      "20 000 values on the stack under 20 000 ifs",
      () =>
        functionModule({
          code: join(repeat(20_000, GET), repeat(20_000, [...GET, ...IF]), repeat(20_000, END), repeat(20_000, DROP)),
          locals: [[1, I32]],
        }),
    ],
    [
      "blocks that are left early, over a high stack",
      () =>
        functionModule({
          code: join(repeat(20_000, GET), repeat(20_000, [0x02, 0x40, ...GET, 0x0d, 0, ...END]), repeat(20_000, DROP)),
          locals: [[1, I32]],
        }),
    ],
    [
      "loops over a high stack",
      () =>
        functionModule({
          code: join(repeat(20_000, GET), repeat(20_000, [0x03, 0x40]), repeat(20_000, END), repeat(20_000, DROP)),
          locals: [[1, I32]],
        }),
    ],
    [
      "calls with 1 000 parameters",
      () => functionModule({ params: values(1_000), code: repeat(3_000, join(repeat(1_000, GET), [0x10, 0])) }),
    ],
    [
      "calls that give 1 000 results",
      () =>
        functionModule({ results: values(1_000), params: values(1_000), code: join(repeat(1_000, GET), repeat(100, [0x10, 0])) }),
    ],
    [
      "branches that take 1 000 values along",
      () =>
        functionModule(
          { code: join([0x02, 1], repeat(1_000, [0x41, 0]), repeat(50_000, [0x41, 0, 0x0d, 0]), END, repeat(1_000, DROP)) },
          { types: [functionType([], values(1_000))] },
        ),
    ],
    [
      "branches that take 1 000 values along, unreachable",
      () =>
        functionModule(
          { code: join([0x02, 1], [0x00], repeat(50_000, [0x41, 0, 0x0d, 0]), END, repeat(1_000, DROP)) },
          { types: [functionType([], values(1_000))] },
        ),
    ],
    [
      "a br_table in each of 10 000 nested blocks",
      () =>
        functionModule({
          code: join(
            repeat(10_000, [0x02, 0x40]),
            repeat(10_000, [0x02, 0x40, 0x41, 0, 0x0e, 0, 0, ...END]),
            repeat(10_000, END),
          ),
        }),
    ],
    [
      "calls to the runtime over many locals: memory.fill",
      () =>
        functionModule(
          { code: repeat(10_000, [0x41, 0, 0x41, 0, 0x41, 0, 0xfc, 11, 0]), locals: [[20_000, I32]] },
          { before: [section(5, [1, 0, 1])] },
        ),
    ],
    [
      "calls to the runtime over many locals: table.get",
      () =>
        functionModule(
          { code: repeat(10_000, [0x41, 0, 0x25, 0, ...DROP]), locals: [[20_000, I32]] },
          { before: [section(4, [1, 0x70, 0, 1])] },
        ),
    ],
    [
      "many locals, set over and over",
      () => functionModule({ code: repeat(100_000, [...GET, 0x21, 0]), locals: [[50_000, I32]] }),
    ],
  ];
  for (const [name, make] of hostile) {
    it(name, () => expect(isRefused(factsOf(make()).cost)).toBe(true));
  }

  it("many functions that are each below it", () => {
    const one = body(join(repeat(1_500, [...GET, ...IF]), repeat(1_500, END)), [[2_000, I32]]);
    const count = 6;
    const module = moduleOf(
      section(1, list(functionType([], []))),
      section(3, join(leb(count), repeat(count, [0]))),
      section(10, join(leb(count), repeat(count, one))),
    );
    const { cost } = factsOf(module);
    expect(cost.worstFunction).toBeLessThanOrEqual(COMPILE_COST_FUNCTION);
    expect(cost.module).toBeGreaterThan(COMPILE_COST_MODULE);
  });

  it("and what is merely long is not", () => {
    const plain = functionModule({ code: repeat(700_000, [0x20, 0, 0x41, 1, 0x6a, 0x21, 0]), locals: [[10, I32]] });
    const calls = functionModule({ code: repeat(1_000_000, [0x10, 0]) });
    const blocks = functionModule({ code: repeat(500_000, [0x02, 0x40, 0x0b]), locals: [[3, I32]] });
    const deep = functionModule({ code: join(repeat(500_000, [0x02, 0x40]), repeat(500_000, END)) });
    const locals = functionModule({ code: repeat(20, [0x02, 0x40, 0x0b]), locals: [[50_000, I32]] });
    for (const module of [plain, calls, blocks, deep, locals]) expect(isRefused(factsOf(module).cost)).toBe(false);
  });
});
