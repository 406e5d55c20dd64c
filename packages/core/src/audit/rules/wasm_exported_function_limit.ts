import { finding, moduleRule, pass } from "../rule.ts";
import { counted, quoted } from "../wording.ts";

export const wasmExportedFunctionLimit = moduleRule({
  id: "wasm_exported_function_limit",
  severity: "error",
  asks: "Does each module export as few functions as the policy wants?",
  why: "Each exported function is a door into the module; a tool needs one.",
  references: [],
  advice: "Export only the entry points, or raise `max_exported_functions` in the audit policy.",
  example: {
    flagged: ';; 129 of them, and the policy allows 128\n(export "f0" (func 0)) (export "f1" (func 1)) …',
    passes: '(export "run" (func 0))',
  },
  check: ({ path, facts }, { policy }) => {
    const { max_exported_functions } = policy;
    const exported_functions = facts.exportedFunctions;
    const details = { module_path: path, exported_functions, max_exported_functions };
    const exportsSome = `${quoted(path)} exports ${counted(exported_functions, "function")}`;
    if (exported_functions <= max_exported_functions) return [pass(`${exportsSome}.`, details)];
    return [
      finding(
        "fail",
        `${exportsSome}, more than the ${max_exported_functions} that the policy allows. Export only the entry points, or raise ` +
          "`max_exported_functions` in the audit policy.",
        details,
      ),
    ];
  },
});
