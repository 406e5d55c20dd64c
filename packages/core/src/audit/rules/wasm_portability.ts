import { featureNames, sinceNode } from "../engine.ts";
import { finding, moduleRule, pass } from "../rule.ts";
import { quoted } from "../wording.ts";

export const wasmPortability = moduleRule({
  id: "wasm_portability",
  severity: "warning",
  asks: "Which features does each module use, and does this host's engine have them?",
  why: "A module that this engine cannot run cannot have its types checked here either.",
  references: [],
  advice: "Run it on the Node that is named, or build without the feature.",
  example: {
    flagged: "(memory $a 1) (memory $b 1)\n;; several memories, audited on Node 20",
    passes: "(memory 1)",
  },
  check: ({ path, facts, missing }, { engine }) => {
    const features = [...facts.features].map(([feature, offset]) => ({ feature, offset }));
    const details = { module_path: path, features };
    if (missing.length === 0) {
      const uses = features.length === 0 ? "no feature beyond the first WebAssembly" : featureNames([...facts.features.keys()]);
      return [pass(`${quoted(path)} uses ${uses}; ${engine} has all of it.`, details)];
    }
    const message =
      `${engine} cannot run ${quoted(path)}: it lacks ${featureNames(missing)}. Use ${sinceNode(missing)} or later, or build ` +
      "without it.";
    // Nothing is wrong with the module, so nothing is quarantined (spec 4.5); install and run refuse all the same.
    return [finding("skipped", message, { ...details, engine, missing_features: missing, needs_engine: sinceNode(missing) })];
  },
});
