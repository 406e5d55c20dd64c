import { MAX_FUNCTION_BYTES, MAX_FUNCTIONS } from "./limits.ts";
import { Malformed } from "./malformed.ts";
import type { Reader } from "./reader.ts";
import type { ModuleState } from "./state.ts";
import { BodyWalker } from "./walk.ts";

/** The code section: a body for each function that the module defines, each walked once. */
export function readCode(reader: Reader, module: ModuleState): void {
  const { cost, burden, functions, importedFunctions } = module;
  const offset = reader.at;
  const count = reader.count("bodies", MAX_FUNCTIONS, 2);
  if (count !== module.definedFunctions) throw new Malformed(`${count} bodies for ${module.definedFunctions} functions`, offset);
  const walker = new BodyWalker(module);
  module.calls.begin(importedFunctions, count, module.types.count);
  for (let index = importedFunctions; index < functions.length; index++) {
    const start = reader.at;
    const size = reader.u32();
    if (size > MAX_FUNCTION_BYTES) throw new Malformed(`a function of more than ${MAX_FUNCTION_BYTES} bytes`, start);
    const from = reader.at;
    reader.skip(size);
    module.calls.enter(start);
    walker.walk(functions[index] ?? 0, from, reader.at);
    cost.add(walker.cost, index, start);
    burden.add(walker.burden, index, start);
  }
  module.bodies = count;
}
