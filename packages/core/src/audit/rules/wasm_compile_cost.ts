import type { CompileCost } from "../../wasm/index.ts";
import { type CompileBound, compileBounds } from "../cost.ts";
import { finding, moduleRule, pass } from "../rule.ts";
import { quoted } from "../wording.ts";

export const wasmCompileCost = moduleRule({
  id: "wasm_compile_cost",
  severity: "error",
  asks: "Can each module be compiled in a bounded time?",
  why: "A few kilobytes can hold a compiler for minutes, and no engine can be stopped while it compiles.",
  references: ["T24"],
  advice: "Split the function, or give it fewer locals; a policy may raise the bounds.",
  example: {
    flagged:
      ";; 50,000 locals under 400 nested blocks, in one function\n(func (local i64 i64 …) block block block … end end end)",
    passes: ";; 50,000 locals without blocks, or 400 blocks over 500 locals\n(func (local i64 i64 …))",
  },
  check: ({ path, facts: { cost, burden }, artifact }, { policy }) => {
    const bounds = compileBounds(policy);
    const details = {
      module_path: path,
      module_cost: cost.module,
      max_module_cost: bounds.cost.ofModule,
      function_cost: cost.worstFunction,
      max_function_cost: bounds.cost.ofFunction,
      function_index: cost.worstFunctionIndex,
      offset: cost.worstFunctionOffset,
      module_burden: burden.module,
      max_module_burden: bounds.burden.ofModule,
      function_burden: burden.worstFunction,
      max_function_burden: bounds.burden.ofFunction,
      burden_function_index: burden.worstFunctionIndex,
      burden_offset: burden.worstFunctionOffset,
      artifact_cost: artifact.cost,
      max_artifact_cost: bounds.cost.ofArtifact,
      artifact_burden: artifact.burden,
      max_artifact_burden: bounds.burden.ofArtifact,
    };
    const faults = [
      ...faultsOf("a compile cost", cost, artifact.cost, bounds.cost),
      ...faultsOf(
        "a further burden on the compiler (types, loops, stack, runtime calls, branches)",
        burden,
        artifact.burden,
        bounds.burden,
      ),
    ];
    if (faults.length === 0) return [pass(`${quoted(path)} compiles in a bounded time.`, details)];
    return [
      finding(
        "fail",
        `${quoted(path)} could hold a compiler for minutes: ${faults.join("; ")}. Split what is large, or use fewer locals; ` +
          "`max_function_compile_cost` and `max_module_compile_cost` of the audit policy raise the bounds.",
        details,
      ),
    ];
  },
});

function faultsOf(what: string, sum: CompileCost, ofArtifact: number, bound: CompileBound): string[] {
  const { module, worstFunction, worstFunctionIndex, worstFunctionOffset } = sum;
  const faults: string[] = [];
  if (worstFunction > bound.ofFunction)
    faults.push(
      `its function ${worstFunctionIndex}, at byte ${worstFunctionOffset}, has ${what} of ${worstFunction}, of at most ${bound.ofFunction}`,
    );
  if (module > bound.ofModule) faults.push(`it has ${what} of ${module} in all, of at most ${bound.ofModule}`);
  if (ofArtifact > bound.ofArtifact)
    faults.push(
      `together with the modules before it, it has ${what} of ${ofArtifact}, of at most ${bound.ofArtifact} in one artifact`,
    );
  return faults;
}
