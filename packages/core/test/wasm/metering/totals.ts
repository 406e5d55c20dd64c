/** What random modules consume, as one text: the same on every engine. */
import { meter } from "../../../src/wasm/metering/index.ts";
import { randomModule } from "./random-module.ts";

const BUDGETS = [5, 60, 500, 1_000_000];
const CAPS = { memoryBytes: 2 ** 32, tableElements: 10_000_000 };

/** A linear congruence: the same numbers everywhere. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) | 0;
    return ((state >>> 8) & 0xfffff) % below;
  };
}

export function totals(modules: number): string {
  const chance = numbers(2026);
  return Array.from({ length: modules }, () => totalsOf(randomModule(chance))).join("\n");
}

function totalsOf({ bytes, functions }: ReturnType<typeof randomModule>): string {
  const rows: string[] = [];
  for (const mode of ["flat", "per_byte"] as const) {
    const metered = meter(bytes, { mode, caps: CAPS });
    if (!metered.ok) return metered.refusal.code;
    const module = new WebAssembly.Module(metered.bytes);
    for (const budget of BUDGETS) {
      const { exports } = new WebAssembly.Instance(module);
      const [fuel, steps] = [exports[metered.fuel], exports["steps"]];
      if (!(fuel instanceof WebAssembly.Global) || !(steps instanceof WebAssembly.Global)) return "no counter";
      for (const { name, params } of functions) {
        fuel.value = BigInt(-budget);
        steps.value = 400;
        rows.push(`${outcome(exports[name], params)} ${BigInt(fuel.value) + BigInt(budget)}`);
      }
    }
  }
  return rows.join();
}

function outcome(called: WebAssembly.Exported | undefined, params: readonly string[]): string {
  try {
    if (typeof called === "function") called(...params.map((type) => (type === "i64" ? 0n : 0)));
    return "ok";
  } catch (error) {
    return error instanceof WebAssembly.RuntimeError ? "trap" : "other";
  }
}
