// What a module does is the same with fuel and without: results, traps, memory, globals. Random modules (random-module.ts).
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readModule } from "../../../src/wasm/index.ts";
import { type RandomModule, randomModule } from "./random-module.ts";
import { attempt, Instance, metered, type Options } from "./support.ts";

/** mulberry32: the same numbers everywhere. */
function chances(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** Of one call: what it came to, and what can be seen of the instance after it. */
interface Seen {
  readonly ended: string;
  readonly result: unknown;
  readonly state: readonly unknown[];
}

const STEPS = 400;
const argsOf = (params: readonly string[]): (number | bigint)[] => params.map((type) => (type === "i64" ? 3n : 3));

function look(exports: WebAssembly.Instance["exports"], done: { readonly ended: string; readonly result?: unknown }): Seen {
  const { memory } = exports;
  const bytes = memory instanceof WebAssembly.Memory ? Buffer.from(memory.buffer) : Buffer.alloc(0);
  let hash = bytes.length;
  for (const byte of bytes.subarray(0, 4096)) hash = (Math.imul(hash, 31) + byte) | 0;
  const globals = ["g1", "g2", "g3", "g4"].map((name) =>
    exports[name] instanceof WebAssembly.Global ? exports[name].value : undefined,
  );
  return { ended: done.ended, result: done.result, state: [hash, bytes.length, ...globals] };
}

function setSteps(exports: WebAssembly.Instance["exports"]): void {
  if (exports["steps"] instanceof WebAssembly.Global) exports["steps"].value = STEPS;
}

/** A host's stack has a depth of its own, and frames with a counter are larger: what follows is not compared. */
function plainRun({ bytes, functions }: RandomModule): Seen[] {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
  return functions.map(({ name, params }) => {
    setSteps(exports);
    const called = exports[name];
    return look(
      exports,
      attempt(() => (typeof called === "function" ? called(...argsOf(params)) : undefined)),
    );
  });
}

interface FuelledRun {
  readonly seen: Seen[];
  readonly fuel: bigint[];
}

function fuelledRun({ bytes, functions }: RandomModule, options: Options, budgets?: readonly bigint[]): FuelledRun {
  const instance = new Instance(metered(bytes, options));
  const fuel: bigint[] = [];
  const seen = functions.map(({ name, params }, index) => {
    setSteps(instance.exports);
    const ran = instance.call(name, argsOf(params), budgets?.[index]);
    fuel.push(ran.fuel);
    expect(ran.refused).toBe(0);
    return look(instance.exports, ran);
  });
  return { seen, fuel };
}

const RUNS = Number(process.env["PALYRA_METERING_RUNS"] ?? 250);

describe("metered and plain runs of random modules", () => {
  it("agree in results, traps, memory and globals", { timeout: 600_000 }, () => {
    const kinds = new Set<string>();
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const module = randomModule(chances(seed), STEPS);
        expect(WebAssembly.validate(module.bytes), `seed ${seed}`).toBe(true);
        expect(readModule(module.bytes)).toMatchObject({ ok: true });
        const plain = plainRun(module);
        for (const { ended } of plain) kinds.add(ended);
        for (const mode of ["flat", "per_byte"] as const) expect(fuelledRun(module, { mode }).seen, mode).toEqual(plain);
      }),
      { numRuns: RUNS },
    );
    expect(kinds).toContain("ok");
    expect(kinds).toContain("trap");
  });

  it("consume the same whatever the budget, as long as it is not used up; and end where it is", { timeout: 600_000 }, () => {
    let exhausted = 0;
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom("flat" as const, "per_byte" as const), (seed, mode) => {
        const module = randomModule(chances(seed), STEPS);
        const free = fuelledRun(module, { mode });
        // One more than was consumed is enough, unless a trap hid what was: then twice as much and a function's worth.
        const enough = free.fuel.map((each) => each * 2n + 100_000n);
        expect(fuelledRun(module, { mode }, enough)).toEqual(free);
        const [first] = free.fuel;
        const short = new Instance(metered(module.bytes, { mode }));
        setSteps(short.exports);
        const { name = "", params = [] } = module.functions[0] ?? {};
        const budget = (first ?? 0n) / 2n + 1n;
        const ran = short.call(name, argsOf(params), budget);
        if (ran.ended === "out_of_fuel") {
          exhausted += 1;
          expect(ran.fuel).toBeGreaterThanOrEqual(budget);
        } else expect([ran.ended, ran.fuel]).toEqual([free.seen[0]?.ended, first]);
      }),
      { numRuns: RUNS },
    );
    expect(exhausted).toBeGreaterThan(0);
  });
});
