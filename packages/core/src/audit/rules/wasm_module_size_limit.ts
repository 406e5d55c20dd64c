import { anyModuleRule, finding, pass } from "../rule.ts";
import { inBytes, quoted } from "../wording.ts";

export const wasmModuleSizeLimit = anyModuleRule({
  id: "wasm_module_size_limit",
  severity: "error",
  asks: "Is each module as small as the policy wants it?",
  why: "What is too large to be read in bounded time and memory cannot be judged.",
  references: ["T17"],
  advice: "Strip names and debug sections, or raise `max_module_bytes` in the audit policy.",
  example: {
    flagged: "modules/echo.wasm, 8388609 bytes, and the policy allows 8388608",
    passes: "modules/echo.wasm, 8388608 bytes",
  },
  check: (module, { policy }) => {
    const { max_module_bytes } = policy;
    const details = { module_path: module.path, module_bytes: module.size, max_module_bytes };
    switch (module.state) {
      case "read":
        return [pass(`${quoted(module.path)} has ${inBytes(module.size)}.`, details)];
      case "oversized":
        return [
          finding(
            "fail",
            `${quoted(module.path)} has ${inBytes(module.size)}, more than the ${inBytes(max_module_bytes)} that the policy allows; nothing ` +
              "else of it was looked at. Strip names and debug sections, or raise `max_module_bytes` in the audit policy.",
            details,
          ),
        ];
      case "invalid":
        return []; // what is no module has no size (spec 4.3)
    }
  },
});
