import { featureNames, sinceNode } from "../engine.ts";
import { anyModuleRule, finding, unjudged, type Verdict } from "../rule.ts";
import type { InvalidModule, ReadModule } from "../subject.ts";
import { quoted } from "../wording.ts";

/** Reported only where a module is not valid, or where that cannot be said (spec 4.3, 4.5). */
export const wasmModuleValidation = anyModuleRule({
  id: "wasm_module_validation",
  severity: "error",
  asks: "Is each module valid WebAssembly, in the binary format and of the accepted features?",
  why: "Bytes that are no module in the accepted list run on one engine and not on another, or are something else under the name.",
  references: ["T17", "T24"],
  advice: "Build the module for plain wasm32 without the refused feature; `.wasm` files in the text format are refused.",
  example: {
    flagged: 'modules/echo.wasm:\n(module (func (export "run")))\n;; the text itself, not the binary that it stands for',
    passes: "modules/echo.wasm:\n00 61 73 6d 01 00 00 00 …",
  },
  check: (module, { engine }) => {
    if (module.state === "invalid") return [invalid(module)];
    if (module.state === "oversized" || module.types === "checked") return [];
    return [module.types === "over_compile_cost" ? tooCostly(module) : engineLacks(module, engine)];
  },
});

function invalid({ path, problem, offset, feature }: InvalidModule): Verdict {
  const where = offset === undefined ? "" : ` at byte ${offset}`;
  const message = `${quoted(path)} is not accepted as a module${where}: ${problem}. ${adviceFor(feature)}`;
  return finding("fail", message, { module_path: path });
}

function adviceFor(feature: string | undefined): string {
  switch (feature) {
    case undefined:
      return "Build it again, as a WebAssembly core module.";
    case "text format":
      return "Assemble it: only the binary format is accepted.";
    case "components":
      return "Build a core module, for `wasm32-wasip1`, in place of a component.";
    default:
      return `Build it without ${feature}.`;
  }
}

// T24: an engine cannot be stopped once it compiles, so it is not asked at all.
function tooCostly({ path }: ReadModule): Verdict {
  return unjudged(`The types in ${quoted(path)} were not checked: it costs too much to compile (wasm_compile_cost).`, {
    module_path: path,
  });
}

function engineLacks({ path, missing }: ReadModule, engine: string): Verdict {
  return unjudged(
    `The types in ${quoted(path)} were not checked: ${engine} lacks ${featureNames(missing)}, which it uses. ` +
      `${sinceNode(missing)} or later can; until then the skill cannot be installed or run here.`,
    { module_path: path, engine, missing_features: missing, needs_engine: sinceNode(missing) },
  );
}
