import { compileCostBounds } from "../cost.ts";
import { finding, moduleRule, pass } from "../rule.ts";
import { quoted } from "../wording.ts";

export const wasmCompileCost = moduleRule({
  id: "wasm_compile_cost",
  severity: "error",
  asks: "Can each module be compiled in a bounded time?",
  stops: ["T24"],
  advice: "Split the function, or give it fewer locals; a policy may raise the bounds.",
  check: ({ path, facts }, { policy }) => {
    const { module, worstFunction, worstFunctionIndex, worstFunctionOffset } = facts.cost;
    const bounds = compileCostBounds(policy);
    const details = {
      module_path: path,
      module_cost: module,
      max_module_cost: bounds.ofModule,
      function_cost: worstFunction,
      max_function_cost: bounds.ofFunction,
      function_index: worstFunctionIndex,
      offset: worstFunctionOffset,
    };
    const faults = [
      ...(worstFunction > bounds.ofFunction
        ? [
            `its function ${worstFunctionIndex}, at byte ${worstFunctionOffset}, costs ${worstFunction} of at most ${bounds.ofFunction}`,
          ]
        : []),
      ...(module > bounds.ofModule ? [`it costs ${module} in all, of at most ${bounds.ofModule}`] : []),
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
