import { describe, expect, it } from "vitest";
import {
  COMPILE_BURDEN_FUNCTION,
  COMPILE_BURDEN_MODULE,
  COMPILE_COST_FUNCTION,
  COMPILE_COST_MODULE,
  type ModuleFacts,
  readModule,
  typesBurden,
} from "../../src/wasm/index.ts";
import { body, functionModule, functionType, I32, join, leb, list, moduleOf, repeat, section } from "./build.ts";

function factsOf(module: Uint8Array): ModuleFacts {
  const reading = readModule(module);
  if (!reading.ok) throw new Error(`${reading.problem} at ${reading.offset}`);
  return reading.facts;
}
const costOf = (...of: Parameters<typeof functionModule>): number => factsOf(functionModule(...of)).cost.worstFunction;
const burdenOf = (...of: Parameters<typeof functionModule>): number => factsOf(functionModule(...of)).burden.worstFunction;
const isRefused = ({ cost, burden }: ModuleFacts): boolean =>
  cost.worstFunction > COMPILE_COST_FUNCTION ||
  cost.module > COMPILE_COST_MODULE ||
  burden.worstFunction > COMPILE_BURDEN_FUNCTION ||
  burden.module > COMPILE_BURDEN_MODULE;

const GET = [0x20, 0];
const IF = [0x04, 0x40];
const END = [0x0b];
const BLOCK = [0x02, 0x40];
const LOOP = [0x03, 0x40];
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
    // The call: 4 + 2 of its type. The callee: one operator over its 6 values.
    expect(factsOf(module).cost.module).toBe(6 + 6);
    const block = join(repeat(3, [0x41, 0]), [0x02, 2], repeat(3, DROP), END);
    expect(costOf({ code: block }, { types })).toBe(3);
    expect(costOf({ code: [0x02, I32, 0x41, 0, ...END, ...DROP] })).toBe(1);
  });

  it("counts each control and call operator once, and nothing else", () => {
    const table = [section(4, [1, 0x70, 0, 1]), section(5, [1, 0, 1])];
    const ofCode = (code: number[]): number => costOf({ code, locals: [[10, I32]] }, { before: table }) / 10 - 1;
    expect(ofCode([0x03, 0x40, ...END])).toBe(2);
    expect(ofCode([...GET, ...IF, 0x05, ...END])).toBe(3);
    expect(ofCode([0x02, 0x40, 0x0c, 0, ...END])).toBe(3);
    expect(ofCode([0x02, 0x40, ...GET, 0x0d, 0, ...END])).toBe(3);
    expect(ofCode([0x02, 0x40, ...GET, 0x0e, 1, 0, 0, ...END])).toBe(3);
    expect(ofCode([...GET, 0x11, 0, 0])).toBe(1);
    expect(ofCode([0x12, 0])).toBe(1);
    expect(ofCode([...GET, 0x13, 0, 0])).toBe(1);
    expect(ofCode([0x0f])).toBe(1);
    expect(ofCode([0x00])).toBe(0);
    expect(ofCode([...GET, 0x21, 0, ...GET, 0x22, 0, ...DROP])).toBe(0);
    expect(ofCode([...GET, 0x40, 0, ...DROP, 0xd2, 0, ...DROP, ...GET, 0x25, 0, ...DROP])).toBe(0);
    expect(ofCode([...GET, ...GET, ...GET, 0xfc, 11, 0])).toBe(0);
  });

  it("saturates, and never wraps", () => {
    const code = join(repeat(1_000_000, GET), repeat(1_000_000, [0x02, 0x40]), repeat(1_000_000, END), repeat(1_000_000, DROP));
    const { cost, burden } = factsOf(functionModule({ code, locals: [[50_000, I32]] }));
    expect(cost.worstFunction).toBe(50_000 * 2_000_001);
    // The stack at each block and each end, and what is too deep.
    expect(burden.worstFunction).toBe(1_000_000 * 2_000_000 + (1_000_000 - 2 ** 14) * 64);
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

describe("T24: the bounds of the cost (spec 4.4)", () => {
  /** 2^12 locals under 2^11 operators. */
  const operators = (): Uint8Array<ArrayBuffer> => join(repeat(1_023, [0x02, 0x40, ...END]), [0x0f]);
  const locals: [number, number][] = [[4_096, I32]];
  const TYPED = [0x02, I32, 0x41, 0, ...END, ...DROP];

  it("is at the bound of a function, and one beyond it", () => {
    const at = factsOf(functionModule({ code: operators(), locals }));
    expect(at.cost).toMatchObject({ worstFunction: 2 ** 23, module: 2 ** 23 });
    expect(isRefused(at)).toBe(false);
    // The last pair of operators as a block of one result.
    const code = join(repeat(1_022, [0x02, 0x40, ...END]), TYPED, [0x0f]);
    const beyond = factsOf(functionModule({ code, locals }));
    expect(beyond.cost.worstFunction).toBe(2 ** 23 + 1);
    expect(isRefused(beyond)).toBe(true);
  });

  it("is at the bound of a module, and one beyond it", () => {
    const of = (...more: Uint8Array[]): ModuleFacts =>
      factsOf(
        moduleOf(
          section(1, list(functionType([], []))),
          section(3, join(leb(4 + more.length), repeat(4 + more.length, [0]))),
          section(10, list(...Array.from({ length: 4 }, () => body(operators(), locals)), ...more)),
        ),
      );
    expect(of().cost.module).toBe(2 ** 25);
    expect(isRefused(of())).toBe(false);
    const beyond = of(body([], [[1, I32]]));
    expect(beyond.cost).toMatchObject({ module: 2 ** 25 + 1, worstFunction: 2 ** 23 });
    expect(isRefused(beyond)).toBe(true);
  });

  it("do not move with what is a burden", () => {
    // 100 values on the stack all the way.
    const code = join(repeat(100, GET), operators());
    const facts = factsOf(functionModule({ code, locals }));
    expect(facts.cost.worstFunction).toBe(2 ** 23);
    expect(facts.burden.worstFunction).toBe(100 * 2_047);
    expect(isRefused(facts)).toBe(false);
  });
});

describe("T24: the burden, what the formula leaves out", () => {
  it("counts the operand stack at each control and call operator", () => {
    // 5 values below: block and its end, then the last end with nothing.
    const code = join(repeat(5, GET), [0x02, 0x40, ...END], repeat(5, DROP));
    expect(burdenOf({ code, locals: [[1, I32]] })).toBe(5 + 5);
  });

  it("forgets the stack behind a branch", () => {
    const code = join([0x02, 0x40], repeat(5, GET), [0x0c, 0], END, [0x02, 0x40], END);
    expect(burdenOf({ code, locals: [[1, I32]] })).toBe(5);
  });

  it("counts the results of a call squared, what branches take along, and the open blocks of a br_table", () => {
    const types = [functionType([], values(4))];
    const call = moduleOf(
      section(1, list(functionType([], []), ...types)),
      section(3, [2, 0, 1]),
      section(10, list(body(join([0x10, 1], repeat(4, DROP))), body([0x00]))),
    );
    expect(factsOf(call).burden).toMatchObject({
      worstFunctionIndex: 0,
      worstFunction: (4 * 4) / 4,
      module: 4 + 4 + typesBurden(2, 4),
    });
    const branch = join([0x02, 1], repeat(4, [0x41, 0]), [0x0c, 0], END, repeat(4, DROP));
    // The branch: 4 on the stack, 4 taken along. The end: 4 on the stack.
    expect(burdenOf({ code: branch }, { types })).toBe(4 + 4 + 4);
    const deep = join(repeat(7, [0x02, 0x40]), [0x41, 0, 0x0e, 0, 0], repeat(7, END));
    expect(burdenOf({ code: deep })).toBe(7);
  });

  it("counts calls to the runtime, and a sixteenth of them for each local that is set, rounded up", () => {
    const before = [section(4, [1, 0x70, 0, 1]), section(5, [1, 0, 1])];
    const ofCode = (code: number[]): number => burdenOf({ code, locals: [[10, I32]] }, { before });
    // The stack is that before the operator takes from it, in what has one byte alone.
    expect(ofCode([...GET, 0x40, 0, ...DROP])).toBe(10 + 1);
    expect(ofCode([0xd2, 0, ...DROP])).toBe(10 + 1);
    expect(ofCode([...GET, ...GET, ...GET, 0xfc, 11, 0])).toBe(10 + 3);
    expect(ofCode([...GET, 0x21, 0])).toBe(Math.ceil(10 / 16));
    expect(ofCode([...GET, 0x22, 0, ...DROP])).toBe(Math.ceil(11 / 16));
  });

  it("counts the loops that are open at each, the bytes of each, and all loops with all bytes", () => {
    // Their bytes behind the type: 1, 4 and 7. The body: one byte for no locals, three for each loop, the last end.
    const burden = 2 + 4 + (1 + 4 + 7) / 16 + (3 * 11) / 256;
    expect(burdenOf({ code: join(repeat(3, LOOP), repeat(3, END)) })).toBe(Math.ceil(burden));
    // Side by side: no other is open.
    expect(burdenOf({ code: repeat(300, [...LOOP, ...END]) })).toBe(Math.ceil(300 / 16 + (300 * 902) / 256));
  });

  it("counts the blocks that are deeper than 2^14", () => {
    const deep = (count: number): number => burdenOf({ code: join(repeat(count, BLOCK), repeat(count, END)) });
    expect(deep(2 ** 14)).toBe(0);
    expect(deep(2 ** 14 + 3)).toBe(3 * 64);
    expect(burdenOf({ code: repeat(2 ** 15, [...BLOCK, ...END]) })).toBe(0);
  });

  it("counts types by their number and their values, of the module alone", () => {
    const types = Array.from({ length: 99 }, () => functionType(values(3), values(1)));
    const { burden, types: known } = factsOf(functionModule({ code: [] }, { types }));
    expect(known).toEqual({ count: 100, values: 396 });
    expect(burden).toMatchObject({ worstFunction: 0, module: (100 * (396 + 800)) / 16 });
  });

  it("is not made less by what cannot be reached", () => {
    const hostile = join(repeat(20_000, GET), repeat(20_000, [0x03, 0x40]), repeat(20_000, END), repeat(20_000, DROP));
    const unreachable = join([0x02, 0x40, 0x00], repeat(300_000, DROP), repeat(300_000, [0x21, 0]), END);
    const module = functionModule({ code: join(unreachable, hostile), locals: [[1, I32]] });
    expect(WebAssembly.validate(functionModule({ code: unreachable, locals: [[1, I32]] }))).toBe(true);
    expect(isRefused(factsOf(module))).toBe(true);
  });
});

describe("T24: what holds a compiler for seconds is over a bound", () => {
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
      "calls with 1 000 parameters, over 1 000 locals",
      () =>
        functionModule({
          params: values(1_000),
          code: repeat(3_000, join(repeat(1_000, GET), [0x10, 0])),
          locals: [[1_000, I32]],
        }),
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
    ["3 000 loops in each other", () => functionModule({ code: join(repeat(3_000, LOOP), repeat(3_000, END)) })],
    ["40 000 loops side by side", () => functionModule({ code: repeat(40_000, [...LOOP, ...END]) })],
    [
      "400 loops around 600 KB",
      () => functionModule({ code: join(repeat(400, LOOP), repeat(200_000, [0x41, 0, ...DROP]), repeat(400, END)) }),
    ],
    ["2.5 million blocks in each other", () => functionModule({ code: join(repeat(2_500_000, BLOCK), repeat(2_500_000, END)) })],
    [
      "10 000 types of ten parameters",
      () => functionModule({ code: [] }, { types: Array.from({ length: 10_000 }, () => functionType(values(10), [])) }),
    ],
    [
      "1 000 types of 1 000 parameters",
      () => functionModule({ code: [] }, { types: Array.from({ length: 1_000 }, () => functionType(values(1_000), [])) }),
    ],
    [
      "many locals, set over and over",
      () => functionModule({ code: repeat(100_000, [...GET, 0x21, 0]), locals: [[50_000, I32]] }),
    ],
  ];
  for (const [name, make] of hostile) {
    it(name, () => expect(isRefused(factsOf(make()))).toBe(true));
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
    const deep = functionModule({ code: join(repeat(100_000, [0x02, 0x40]), repeat(100_000, END)) });
    const locals = functionModule({ code: repeat(20, [0x02, 0x40, 0x0b]), locals: [[50_000, I32]] });
    for (const module of [plain, calls, blocks, deep, locals]) expect(isRefused(factsOf(module))).toBe(false);
  });
});
