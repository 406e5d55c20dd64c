import type { Manifest } from "../manifest/index.ts";
import type { ImportReach, ModuleCalls, ModuleFacts } from "../wasm/index.ts";
import { entryOfModule } from "./entry.ts";

/** Which imports of a module can be called (spec 4.4). What is said to be out of reach is; what is in reach may be called, or not. */
export interface ModuleReach {
  /** From any export, or at the start. */
  readonly fromExports: ImportReach;
  /** From the function that tools run, or at the start (spec 10.4); absent where the module does not export it. */
  readonly fromEntry?: ImportReach;
  /** At the start alone, before any tool runs; absent without a start function. */
  readonly fromStart?: ImportReach;
}

/** Tools of one module share its function, so what one of them can reach, all can. */
export function reachOf(calls: ModuleCalls, facts: ModuleFacts, manifest: Manifest): ModuleReach {
  const { name } = entryOfModule(facts, manifest);
  const entry = facts.exports.find((each) => each.name === name && each.kind === "function");
  return {
    fromExports: calls.fromExports(),
    ...(entry === undefined ? {} : { fromEntry: calls.fromFunction(entry.index) }),
    ...(facts.start === undefined ? {} : { fromStart: calls.fromFunction(facts.start) }),
  };
}
