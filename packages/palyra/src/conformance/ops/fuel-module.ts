/** Modules that op `fuel` lets an engine see, in this very process. */
import {
  COMPILE_BURDEN_FUNCTION,
  COMPILE_BURDEN_MODULE,
  COMPILE_COST_FUNCTION,
  COMPILE_COST_MODULE,
  lackedFeatures,
  type ModuleFacts,
  readModule,
} from "palyra-skills/wasm";
import { ProtocolRefusal, toJson } from "../protocol.ts";

export const invalid = (why: string, details: unknown): ProtocolRefusal =>
  new ProtocolRefusal("InvalidModule", `this is no module that is accepted here: ${why}`, toJson(details));

/** The original is validated first: what is wrong in it may be right once a counter is appended (spec 10.2). */
export function accepted(bytes: Uint8Array): ModuleFacts {
  const reading = readModule(bytes);
  if (!reading.ok) throw invalid(reading.problem, reading);
  const { cost, burden } = reading.facts;
  // T24: some modules end the process whose engine sees them, and no line may (spec 12).
  if (
    cost.worstFunction > COMPILE_COST_FUNCTION ||
    cost.module > COMPILE_COST_MODULE ||
    burden.worstFunction > COMPILE_BURDEN_FUNCTION ||
    burden.module > COMPILE_BURDEN_MODULE
  )
    throw invalid("it costs too much to compile", { cost, burden });
  if (!WebAssembly.validate(Uint8Array.from(bytes)))
    throw invalid("the engine refuses it", { lacks: lackedFeatures(reading.facts, (probe) => WebAssembly.validate(probe)) });
  return reading.facts;
}

/** What metering made is read as anything else is. */
export function factsOf(metered: Uint8Array): ModuleFacts {
  const reading = readModule(metered);
  if (!reading.ok) throw new TypeError(`what is metered cannot be read: ${reading.problem}`);
  return reading.facts;
}

/** Engines have limits of their own. */
export function compiled(metered: Uint8Array<ArrayBuffer>): WebAssembly.Module {
  try {
    return new WebAssembly.Module(metered);
  } catch (error) {
    if (error instanceof WebAssembly.CompileError) throw invalid("the engine takes nothing like it", {});
    throw error;
  }
}
