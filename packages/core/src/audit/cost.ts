import {
  COMPILE_BURDEN_FUNCTION,
  COMPILE_BURDEN_MODULE,
  COMPILE_COST_FUNCTION,
  COMPILE_COST_MODULE,
  type ModuleFacts,
  typesBurden,
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
  readonly ofArtifact: number;
}

/** Modules at their bound that one artifact may hold: an archive has room for hundreds. */
const MODULES_AT_THE_BOUND = 4;

/** A policy that moves the bounds of the cost moves those of the burden to the same places. */
export function compileBounds(policy: AuditPolicy): CompileBounds {
  const { max_function_compile_cost: ofFunction, max_module_compile_cost: ofModule } = policy;
  return {
    cost: bound(ofFunction ?? COMPILE_COST_FUNCTION, ofModule ?? COMPILE_COST_MODULE),
    burden: bound(ofFunction ?? COMPILE_BURDEN_FUNCTION, ofModule ?? COMPILE_BURDEN_MODULE),
  };
}

const bound = (ofFunction: number, ofModule: number): CompileBound => ({
  ofFunction,
  ofModule,
  ofArtifact: ofModule * MODULES_AT_THE_BOUND,
});

/** The two sums over several modules of one artifact, and the types that an engine has seen in them. */
export interface ArtifactCost {
  readonly cost: number;
  readonly burden: number;
  readonly types: number;
  readonly typeValues: number;
}

export const NO_MODULES: ArtifactCost = { cost: 0, burden: 0, types: 0, typeValues: 0 };

/** With one module more. An engine compares its types with those of the modules before it, too. */
export function withModule(before: ArtifactCost, facts: Pick<ModuleFacts, "cost" | "burden" | "types">): ArtifactCost {
  const types = before.types + facts.types.count;
  const typeValues = before.typeValues + facts.types.values;
  const acrossModules =
    typesBurden(types, typeValues) -
    typesBurden(before.types, before.typeValues) -
    typesBurden(facts.types.count, facts.types.values);
  const sum = (...parts: number[]): number =>
    Math.min(
      parts.reduce((all, part) => all + part, 0),
      Number.MAX_SAFE_INTEGER,
    );
  return {
    cost: sum(before.cost, facts.cost.module),
    burden: sum(before.burden, facts.burden.module, acrossModules),
    types,
    typeValues,
  };
}

interface JudgedModule {
  readonly facts: Pick<ModuleFacts, "cost" | "burden">;
  /** The sums with the modules before it. */
  readonly artifact: Pick<ArtifactCost, "cost" | "burden">;
}

/** Whether the module is beyond any of the bounds, or takes the artifact beyond its own: then no engine may see it. */
export function isTooCostly({ facts, artifact }: JudgedModule, policy: AuditPolicy): boolean {
  const bounds = compileBounds(policy);
  return (["cost", "burden"] as const).some(
    (sum) =>
      facts[sum].worstFunction > bounds[sum].ofFunction ||
      facts[sum].module > bounds[sum].ofModule ||
      artifact[sum] > bounds[sum].ofArtifact,
  );
}
