import { classifyImport, isImportDeclared, toolchainBaseline } from "../../capability/index.ts";
import type { JsonObject } from "../../encoding/index.ts";
import type { Capabilities } from "../../manifest/index.ts";
import type { ModuleFacts } from "../../wasm/index.ts";
import { importsInWords, type RefusedImport } from "../imports-in-words.ts";
import { finding, moduleRule, pass } from "../rule.ts";
import { counted, MAX_LISTED_FINDINGS, quoted, shortened } from "../wording.ts";

export const wasmImportsDeclared = moduleRule({
  id: "wasm_imports_declared",
  severity: "error",
  asks: "Does each module import only what the manifest declares and the host provides?",
  why: "Imports are all that a module can do beyond computing: one that nobody declared is a power that nobody agreed to.",
  references: ["T14", "CWE-250"],
  advice: "Declare the capability, or build without the import.",
  check: ({ path, facts }, { manifest }) => {
    const refused = refusedImports(facts, manifest.capabilities);
    const imports = counted(facts.imports.length, "import");
    if (refused.length === 0) {
      const details = { module_path: path, imports: facts.imports.length };
      return [pass(`${quoted(path)} has ${imports}, each basic or declared.`, details)];
    }
    const undeclared = refused.filter(({ baseline }) => !baseline);
    const details = {
      module_path: path,
      imports: facts.imports.length,
      ...listed([...undeclared, ...refused.filter(({ baseline }) => baseline)]),
    };
    if (undeclared.length > 0)
      return [finding("fail", `${quoted(path)} imports what it is not given. ${importsInWords(undeclared)}.`, details)];
    return [
      finding(
        "warn",
        `${quoted(path)} imports what the toolchain that it names links whether or not it is used, and what the runtime will ` +
          `refuse. ${importsInWords(refused)}.`,
        details,
      ),
    ];
  },
});

/** T14: every import is classed, and refusal is the default. */
function refusedImports({ imports, producers }: ModuleFacts, capabilities: Capabilities): readonly RefusedImport[] {
  const linked = toolchainBaseline(producers);
  return imports
    .map((found) => ({ found, grant: classifyImport(found) }))
    .filter(({ grant }) => !isImportDeclared(grant, capabilities))
    .map(({ found, grant }) => ({
      found,
      grant,
      // What nobody provides cannot be refused at a call: the module would not even start.
      baseline: grant.problem === undefined && linked.has(`${found.module}.${found.name}`),
    }));
}

const listed = (refused: readonly RefusedImport[]): JsonObject => ({
  count: refused.length,
  refused: refused.slice(0, MAX_LISTED_FINDINGS).map(({ found, grant, baseline }) => ({
    module: shortened(found.module),
    name: shortened(found.name),
    kind: found.kind,
    offset: found.offset,
    class: grant.class,
    needs: grant.needs,
    ...(grant.problem === undefined ? {} : { problem: grant.problem }),
    ...(grant.toolchain === undefined ? {} : { toolchain: grant.toolchain }),
    ...(grant.instead === undefined ? {} : { instead: grant.instead }),
    ...(baseline ? { toolchain_baseline: true } : {}),
  })),
});
