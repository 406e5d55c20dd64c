/** What a module consumes (spec 10.2): op fuel. It runs here, in this process, and as long as its budget lasts: for vectors, not for strangers' modules. */
import type { JsonReader, JsonValue } from "palyra-skills/encoding";
import type { ModuleFacts } from "palyra-skills/wasm";
import { meter } from "palyra-skills/wasm/metering";
import { base64, type Op, optionalOf, toJson } from "../protocol.ts";
import { importsFor, type Zero, zeroOf } from "./fuel-imports.ts";
import { accepted, compiled, factsOf, invalid } from "./fuel-module.ts";
import { bytesOf } from "./inputs.ts";

/** What a 32-bit memory and a table can have at most: the vectors are about fuel. */
const CAPS = { memoryBytes: 2 ** 32, tableElements: 10_000_000 };
/** Calls of one request. */
const MAX_CALLS = 10_000;
/** Of a budget: the counter is a signed number of 64 bits, and nobody lives to see the end of what it cannot hold. */
const MAX_BUDGET = 2n ** 63n - 1n;

export const fuelOp: Op = {
  read(request) {
    const load = bytesOf(request);
    const globals = optionalOf(request, "globals", base64);
    const given = request.required("calls");
    const names = given.array(exportOf);
    if (names.length > MAX_CALLS) given.fault("too many calls", { found: String(names.length), allowed: `at most ${MAX_CALLS}` });
    const asked = request.required("budget").integer({ min: 0n, max: 2n ** 64n - 1n });
    const budget = asked < MAX_BUDGET ? asked : MAX_BUDGET;
    const mode = optionalOf(request, "mode", (at) => at.oneOf(["flat", "per_byte"])) ?? "per_byte";
    return async () => {
      const bytes = await load();
      const facts = accepted(bytes);
      const metered = meter(bytes, { mode, caps: CAPS });
      if (!metered.ok) throw invalid("it cannot be metered", metered.refusal);
      const run = new FuelledRun(compiled(metered.bytes), metered, budget);
      return { outcomes: toJson(run.outcomes(importsFor(factsOf(metered.bytes), globals), callsOf(names, facts))) };
    };
  },
};

interface Call {
  readonly export: string;
  /** Of the module itself: what metering adds is called by nobody. */
  readonly isOwn: boolean;
  /** As many zeros as the function takes. */
  readonly args: readonly Zero[];
}

const VALUE_TYPES = ["i32", "i64", "f32", "f64", "v128", "funcref"] as const;

/** What its parameters are says the module. */
function exportOf(at: JsonReader): string {
  const fields = at.object();
  optionalOf(fields, "params", (list) => list.array((each) => each.oneOf(VALUE_TYPES)));
  return fields.required("export").string();
}

function callsOf(names: readonly string[], { exports }: ModuleFacts): readonly Call[] {
  const types = new Map(exports.map(({ name, type }) => [name, type]));
  return names.map((name) => ({ export: name, isOwn: types.has(name), args: (types.get(name)?.params ?? []).map(zeroOf) }));
}

type Row = readonly [outcome: string, fuel?: JsonValue];

/** One instance, and what each call of it consumes of the same budget. */
class FuelledRun {
  readonly #module: WebAssembly.Module;
  readonly #names: { readonly fuel: string; readonly start?: string };
  readonly #budget: bigint;

  constructor(module: WebAssembly.Module, names: { readonly fuel: string; readonly start?: string }, budget: bigint) {
    this.#module = module;
    this.#names = names;
    this.#budget = budget;
  }

  outcomes(imports: WebAssembly.Imports, calls: readonly Call[]): Row[] {
    const { fuel, start } = this.#names;
    let exports: WebAssembly.Instance["exports"];
    try {
      ({ exports } = new WebAssembly.Instance(this.#module, imports));
    } catch {
      return [["instantiation_failed", 0]];
    }
    const counter = exports[fuel];
    if (!(counter instanceof WebAssembly.Global)) throw new TypeError("the counter is not exported");
    const first: Row = start === undefined ? ["ok", 0] : this.#call(exports[start], [], counter);
    if (first[0] !== "ok") return [["instantiation_failed", first[1] ?? 0]];
    return [
      ["instantiated", first[1] ?? 0],
      ...calls.map((call): Row => this.#call(call.isOwn ? exports[call.export] : undefined, call.args, counter)),
    ];
  }

  #call(called: WebAssembly.Exported | undefined, args: readonly Zero[], counter: WebAssembly.Global): Row {
    if (typeof called !== "function") return ["no_such_function"];
    counter.value = -this.#budget;
    const outcome = outcomeOf(() => called(...args));
    const left = -BigInt(counter.value);
    // A trap by which nothing is left of the budget is the budget's end: what else it may be is not told apart.
    return [outcome === "trap" && left <= 0n ? "out_of_fuel" : outcome, toJson(this.#budget - (left < 0n ? 0n : left))];
  }
}

function outcomeOf(run: () => unknown): string {
  try {
    run();
    return "ok";
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) return "trap";
    return error instanceof RangeError ? "stack_overflow" : "host_error";
  }
}
