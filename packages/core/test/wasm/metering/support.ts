/** Modules in the text format, metered and run. */

import { expect } from "vitest";
import loadWabt from "wabt";
import { type FuelMode, type Metered, type MeteringRefusal, meter } from "../../../src/wasm/metering/index.ts";

const wabt = await loadWabt();
const FEATURES = { multi_memory: true, memory64: true, tail_call: true, simd: true, extended_const: true } as const;

export function wat(text: string): Uint8Array<ArrayBuffer> {
  const parsed = wabt.parseWat("test.wat", text, FEATURES);
  try {
    return Uint8Array.from(parsed.toBinary({}).buffer);
  } finally {
    parsed.destroy();
  }
}

const WIDE_CAPS = { memoryBytes: 2 ** 32, tableElements: 10_000_000 };
export interface Options {
  readonly mode?: FuelMode;
  readonly caps?: typeof WIDE_CAPS;
}

export function metered(bytes: Uint8Array, { mode = "flat", caps = WIDE_CAPS }: Options = {}): Metered {
  const made = meter(bytes, { mode, caps });
  if (!made.ok)
    throw new Error(
      `refused: ${JSON.stringify(made.refusal, (_, value) => (typeof value === "bigint" ? String(value) : value))}`,
    );
  return made;
}

export function refusalOf(bytes: Uint8Array, { mode = "flat", caps = WIDE_CAPS }: Options = {}): MeteringRefusal | undefined {
  const made = meter(bytes, { mode, caps });
  return made.ok ? undefined : made.refusal;
}

/** What a call came to: its result or what ended it, the units that it took of a budget, and what a cap refused. */
export interface Ran {
  readonly result?: unknown;
  readonly ended: "ok" | "trap" | "out_of_fuel" | "stack_overflow" | "host_error";
  readonly fuel: bigint;
  readonly refused: number;
}

export class Instance {
  readonly exports: WebAssembly.Instance["exports"];
  readonly #module: Metered;

  constructor(module: Metered, imports: WebAssembly.Imports = {}) {
    this.#module = module;
    this.exports = new WebAssembly.Instance(new WebAssembly.Module(module.bytes), imports).exports;
  }

  global(name: string): WebAssembly.Global {
    const found = this.exports[name];
    if (!(found instanceof WebAssembly.Global)) throw new Error(`${name} is no global`);
    return found;
  }

  call(name: string, args: readonly (number | bigint | null)[] = [], budget = 1n << 40n): Ran {
    const called = this.exports[name];
    expect(called, name).toBeTypeOf("function");
    const counter = this.global(this.#module.fuel);
    counter.value = -budget;
    const { result, ended } = attempt(() => (typeof called === "function" ? called(...args) : undefined));
    const used = BigInt(counter.value) + budget;
    return {
      ...(result === undefined ? {} : { result }),
      ended: ended === "trap" && used >= budget ? "out_of_fuel" : ended,
      fuel: used,
      refused: Number(this.global(this.#module.refused).value),
    };
  }
}

export function attempt(run: () => unknown): { readonly result?: unknown; readonly ended: Ran["ended"] } {
  try {
    return { result: run(), ended: "ok" };
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) return { ended: "trap" };
    return { ended: error instanceof RangeError ? "stack_overflow" : "host_error" };
  }
}

/** Of a module in the text format that exports `f`. */
export function run(
  text: string,
  options: Options & { readonly budget?: bigint; readonly imports?: WebAssembly.Imports } = {},
): Ran {
  return new Instance(metered(wat(text), options), options.imports).call("f", [], options.budget);
}
