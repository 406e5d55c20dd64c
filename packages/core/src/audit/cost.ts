import { COMPILE_COST_FUNCTION, COMPILE_COST_MODULE } from "../wasm/index.ts";
import type { AuditPolicy } from "./report.ts";

/** What a policy allows a module to cost to compile (spec 4.4, T24). The unit is that of `ModuleFacts.cost`. */
export interface CompileCostBounds {
  readonly ofFunction: number;
  readonly ofModule: number;
}

export const compileCostBounds = (policy: AuditPolicy): CompileCostBounds => ({
  ofFunction: policy.max_function_compile_cost ?? COMPILE_COST_FUNCTION,
  ofModule: policy.max_module_compile_cost ?? COMPILE_COST_MODULE,
});
