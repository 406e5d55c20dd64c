import {
  COMPILE_BURDEN_FUNCTION,
  COMPILE_BURDEN_MODULE,
  COMPILE_COST_FUNCTION,
  COMPILE_COST_MODULE,
  type ModuleFacts,
} from "../wasm/index.ts";
import type { AuditPolicy } from "./report.ts";

/** What a policy allows a module to cost to compile (spec 4.4, T24), each the bound of the fact that has its name. */
export interface CompileBounds {
  readonly cost: CompileBound;
  readonly burden: CompileBound;
}
export interface CompileBound {
  readonly ofFunction: number;
  readonly ofModule: number;
}

/** A policy that moves the bounds of the cost moves those of the burden to the same places. */
export const compileBounds = (policy: AuditPolicy): CompileBounds => ({
  cost: {
    ofFunction: policy.max_function_compile_cost ?? COMPILE_COST_FUNCTION,
    ofModule: policy.max_module_compile_cost ?? COMPILE_COST_MODULE,
  },
  burden: {
    ofFunction: policy.max_function_compile_cost ?? COMPILE_BURDEN_FUNCTION,
    ofModule: policy.max_module_compile_cost ?? COMPILE_BURDEN_MODULE,
  },
});

/** Whether the module is beyond any of the bounds: then no engine may see it. */
export function isTooCostly(facts: Pick<ModuleFacts, "cost" | "burden">, policy: AuditPolicy): boolean {
  const bounds = compileBounds(policy);
  return (["cost", "burden"] as const).some(
    (sum) => facts[sum].worstFunction > bounds[sum].ofFunction || facts[sum].module > bounds[sum].ofModule,
  );
}
