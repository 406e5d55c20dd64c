/**
 * Modules checked, metered and compiled (spec 10, step 3), and kept in memory alone, by all that they depend on: the module's digest, the caps and the mode of
 * fuel; the rewriter is that of this process (spec 10.2).
 */
import { type ExportFact, type ImportFact, lackedFeatures, type ModuleFacts, readModule } from "palyra-skills/wasm";
import { type FuelMode, type Metered, type MeteringRefusal, meter } from "palyra-skills/wasm/metering";
import { invalid, type Outcome, quotaExceeded, told } from "./ended.ts";
import { MAX_KEPT_MODULES, MAX_TABLE_ELEMENTS } from "./limits.ts";
import type { Prepare } from "./protocol.ts";
import { WireFault } from "./wire.ts";

export interface Compiled {
  readonly module: WebAssembly.Module;
  readonly imports: readonly ImportFact[];
  readonly exports: readonly ExportFact[];
  readonly names: Pick<Metered, "fuel" | "refused" | "start" | "memories">;
  /** Elements that the tables begin with, by their indices. */
  readonly tables: readonly number[];
}

const kept = new Map<string, Compiled>();

/** An outcome where it cannot be run. */
export function compiled(call: Prepare): Compiled | Outcome {
  const key = `${call.moduleSha256} ${call.memoryBytes} ${call.fuelMode}`;
  const known = kept.get(key);
  if (known !== undefined) return known;
  if (call.module === undefined || kept.size === MAX_KEPT_MODULES) throw new WireFault("a module that is not kept");
  const made = compile(call.module, call.memoryBytes, call.fuelMode);
  if (!isOutcome(made)) kept.set(key, made);
  return made;
}

export const isOutcome = (made: object): made is Outcome => "kind" in made && "details" in made;

function compile(bytes: Uint8Array, memoryBytes: number, mode: FuelMode): Compiled | Outcome {
  const reading = readModule(bytes);
  if (!reading.ok) return invalid("module", { problem: told(reading.problem), offset: reading.offset });
  // The original, before anything is appended to it: what is wrong in it may be right then (spec 10.2).
  if (!WebAssembly.validate(bytes)) return unfit(reading.facts);
  const metered = meter(bytes, { mode, caps: { memoryBytes, tableElements: MAX_TABLE_ELEMENTS } });
  if (!metered.ok) return refusedAs(metered.refusal);
  const { imports, exports, tables } = reading.facts;
  const module = compileBytes(metered.bytes);
  if (module === undefined) return invalid("module", { problem: "the engine takes nothing like it" });
  return {
    module,
    imports,
    exports,
    names: metered,
    tables: tables.map(({ min }) => Number(min)),
  };
}

/** Of what the engine does not know nobody can tell whether its types fit (spec 4.5). */
function unfit(facts: ModuleFacts): Outcome {
  const lacks = lackedFeatures(facts, (probe) => WebAssembly.validate(probe));
  if (lacks.length === 0) return invalid("module", { problem: "its types do not fit" });
  return invalid("module", { problem: `this version of Node lacks what it uses (${lacks.join(", ")})` });
}

/** Engines have limits of their own. */
function compileBytes(bytes: Uint8Array): WebAssembly.Module | undefined {
  try {
    return new WebAssembly.Module(bytes);
  } catch (error) {
    if (error instanceof WebAssembly.CompileError) return undefined;
    throw error;
  }
}

function refusedAs(refusal: MeteringRefusal): Outcome {
  switch (refusal.code) {
    case "MemoryOverCap":
      return quotaExceeded("max_memory_bytes", refusal.needs, refusal.cap);
    case "TablesOverCap":
      return quotaExceeded("table_elements", refusal.needs, refusal.cap);
    case "ReservedExport":
      return invalid("module", { problem: "it exports a reserved name", export: told(refusal.name) });
    case "NoRoom":
      return invalid("module", { problem: `it has too many ${refusal.what} to be metered`, allowed: refusal.limit });
    case "Malformed":
      return invalid("module", { problem: told(refusal.problem), offset: refusal.offset });
  }
}
