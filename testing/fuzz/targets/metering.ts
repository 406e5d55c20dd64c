import { readModule } from "../../../packages/core/src/wasm/index.ts";
import { type FuelMode, type Metered, meter } from "../../../packages/core/src/wasm/metering/index.ts";
import { randomModule } from "../../../packages/core/test/wasm/metering/random-module.ts";
import type { Corpus } from "../mutate.ts";
import type { Random } from "../random.ts";
import { ACCEPTED, Broken, mustEqual, type Outcome, refusedWith, type Target } from "../target.ts";
import { mutateModule } from "../wasm.ts";
import { wasm } from "./wasm.ts";

const CAPS = { memoryBytes: 4 * 65_536, tableElements: 1_000 };
const MODES: readonly FuelMode[] = ["flat", "per_byte"];
const BUDGET = 20_000n;
/** Cost up to which a module is compiled in here (T24). */
const MAX_COMPILED_COST = 2 ** 14;

/** Spec 10.2: whatever the bytes are nothing is thrown; what is valid stays so, has the same face, and nothing of it runs without fuel or gives any back. */
export const metering: Target = {
  name: "metering",
  seeds: (root) => wasm.seeds(root),
  make,
  check,
};

/** Modules that are valid by how they are made, the same with a byte or two changed, and what is made for the reader. */
function make(random: Random, corpus: Corpus): Uint8Array {
  const kind = random.below(10);
  if (kind >= 7) return mutateModule(random, corpus);
  const { bytes } = randomModule((below) => random.below(below));
  if (kind >= 4) for (let times = 1 + random.below(2); times > 0; times--) bytes[random.below(bytes.length)] = random.below(256);
  return bytes;
}

function check(input: Uint8Array): Outcome {
  const before = Uint8Array.from(input);
  const results = MODES.map((mode) => meter(input, { mode, caps: CAPS }));
  mustEqual("what is metered is left as it was", input, before);
  const reading = readModule(input);
  const valid = reading.ok && WebAssembly.validate(new Uint8Array(input));
  // What no engine takes is metered by nobody: it is enough that nothing was thrown.
  if (!valid) return refusedWith(reading.ok ? "(types, or a feature that the engine lacks)" : "(no module)");
  const { cost, burden } = reading.facts;
  for (const [index, result] of results.entries()) {
    const mode = MODES[index] ?? "flat";
    mustEqual("metering is the same each time", meter(input, { mode, caps: CAPS }), result);
    if (!result.ok) {
      if (result.refusal.code === "Malformed") throw new Broken("what the engine takes is metered", result.refusal);
      return refusedWith(result.refusal.code);
    }
    if (!WebAssembly.validate(result.bytes)) throw new Broken("what is metered is valid", mode);
    const again = meter(result.bytes, { mode, caps: CAPS });
    if (again.ok || again.refusal.code !== "ReservedExport") throw new Broken("nothing is metered twice", again);
    if (cost.module + burden.module <= MAX_COMPILED_COST) checkRuns(input, result);
  }
  return ACCEPTED;
}

function checkRuns(input: Uint8Array, { bytes, fuel, refused, memories, start }: Metered): void {
  const module = new WebAssembly.Module(bytes);
  const own = new WebAssembly.Module(new Uint8Array(input));
  mustEqual("it asks for the same imports", WebAssembly.Module.imports(module), WebAssembly.Module.imports(own));
  const exported = WebAssembly.Module.exports(own);
  const added = [
    { name: fuel, kind: "global" },
    { name: refused, kind: "global" },
    ...(start === undefined ? [] : [{ name: start, kind: "function" }]),
    ...memories.filter((name) => !exported.some((each) => each.name === name)).map((name) => ({ name, kind: "memory" })),
  ];
  mustEqual("it exports the same, and what metering adds", WebAssembly.Module.exports(module), [...exported, ...added]);
  const reading = readModule(bytes);
  if (!reading.ok) throw new Broken("what is metered can be read", reading);
  const { imports, exports } = reading.facts;
  if (imports.some(({ kind }) => kind !== "function")) return;
  const called: string[] = [];
  const instance = instantiated(module, imports, called);
  if (instance === undefined) return;
  const counter = instance.exports[fuel];
  if (!(counter instanceof WebAssembly.Global)) throw new Broken("the counter is a global", fuel);
  for (const { name, kind, index, type } of exports) {
    const run = instance.exports[name];
    if (kind !== "function" || index < imports.length || typeof run !== "function") continue;
    if (type === undefined || [...type.params, ...type.results].some((each) => !/^[if](32|64)$/.test(each))) continue;
    const args = type.params.map((each) => (each === "i64" ? 3n : 3));
    counter.value = 0n;
    if (!traps(() => run(...args)) || called.length > 0) throw new Broken("nothing runs without fuel", { name, called });
    counter.value = -BUDGET;
    traps(() => run(...args));
    if (typeof counter.value !== "bigint" || counter.value < -BUDGET) throw new Broken("no fuel comes back", counter.value);
    called.length = 0;
  }
  for (const each of Object.values(instance.exports))
    if (each instanceof WebAssembly.Memory && each.buffer.byteLength > CAPS.memoryBytes)
      throw new Broken("no memory is over its cap", each.buffer.byteLength);
}

/** Undefined: its segments do not fit, which is the module's own matter. */
function instantiated(
  module: WebAssembly.Module,
  imports: readonly { readonly module: string; readonly name: string }[],
  called: string[],
): WebAssembly.Instance | undefined {
  const given: { [from: string]: { [name: string]: unknown } } = Object.create(null);
  for (const { module: from, name } of imports) {
    given[from] ??= Object.create(null);
    Object.assign(given[from] ?? {}, { [name]: () => void called.push(name) });
  }
  try {
    return new WebAssembly.Instance(module, given);
  } catch {
    return undefined;
  }
}

/** A trap, the end of the stack, or a value that has no form outside. */
function traps(run: () => unknown): boolean {
  try {
    run();
    return false;
  } catch {
    return true;
  }
}
