import { artifactRule, pass } from "../rule.ts";
import { counted } from "../wording.ts";

export const wasmModulePresence = artifactRule({
  id: "wasm_module_presence",
  severity: "error",
  asks: "Which modules does the artifact carry?",
  why: "The list is what everything else in the audit is about.",
  references: [],
  advice: "Nothing: an artifact without a module is refused before it is audited.",
  check: ({ modules }) => [pass(`Carries ${counted(modules.length, "module")}.`, { modules: modules.map(({ path }) => path) })],
});
