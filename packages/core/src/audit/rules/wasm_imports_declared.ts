import { classifyImport, isImportDeclared, toolchainBaseline } from "../../capability/index.ts";
import type { JsonObject } from "../../encoding/index.ts";
import type { Capabilities } from "../../manifest/index.ts";
import type { ModuleFacts } from "../../wasm/index.ts";
import { importFindings, importsInWords, type RefusedImport } from "../imports-in-words.ts";
import type { ModuleReach } from "../reach.ts";
import { findings, moduleRule, pass } from "../rule.ts";
import { counted, MAX_LISTED_FINDINGS, quoted, shortened } from "../wording.ts";

export const wasmImportsDeclared = moduleRule({
  id: "wasm_imports_declared",
  severity: "error",
  asks: "Does each module import only what the manifest declares and the host provides?",
  why: "Imports are all that a module can do beyond computing: one that nobody declared is a power that nobody agreed to.",
  references: ["T14", "CWE-250"],
  advice: "Declare the capability, or build without the import.",
  example: {
    flagged:
      '(import "wasi_snapshot_preview1" "path_open" (func (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))\n' +
      ";; and no root in `capabilities.filesystem`",
    passes: '(import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i32)))',
  },
  check: ({ path, facts, reach }, { manifest }) => {
    const refused = refusedImports(facts, reach, manifest.capabilities);
    const imports = counted(facts.imports.length, "import");
    if (refused.length === 0) {
      const details = { module_path: path, imports: facts.imports.length };
      return [pass(`${quoted(path)} has ${imports}, each basic or declared.`, details)];
    }
    const undeclared = refused.filter(({ baseline }) => !baseline);
    const ranked = [...undeclared, ...refused.filter(({ baseline }) => baseline)];
    const details = { module_path: path, imports: facts.imports.length, ...listed(ranked) };
    const message =
      undeclared.length > 0
        ? `${quoted(path)} imports what it is not given. ${importsInWords(undeclared)}.`
        : `${quoted(path)} imports what the toolchain that it names links whether or not it is used, and what the runtime will ` +
          `refuse. ${importsInWords(refused)}.`;
    return [findings(message, importFindings(path, ranked), details)];
  },
});

/** T14: every import is classed, and refusal is the default. */
function refusedImports({ imports, producers }: ModuleFacts, reach: ModuleReach, capabilities: Capabilities): RefusedImport[] {
  const linked = toolchainBaseline(producers);
  const { imports: called, paths } = reach.fromExports;
  return imports
    .map((found, position) => ({ found, position, grant: classifyImport(found) }))
    .filter(({ grant }) => !isImportDeclared(grant, capabilities))
    .map(({ found, position, grant }) => ({
      found,
      grant,
      // What nobody provides cannot be refused at a call: the module would not even start.
      baseline: grant.problem === undefined && linked.has(`${found.module}.${found.name}`),
      // Only functions are called; a memory or a global is there as soon as the module is.
      called: found.kind !== "function" || called.has(position),
      path: paths.get(position) ?? [],
    }));
}

const listed = (refused: readonly RefusedImport[]): JsonObject => ({
  count: refused.length,
  refused: refused.slice(0, MAX_LISTED_FINDINGS).map(({ found, grant, baseline, called, path }) => ({
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
    called,
    ...(path.length > 1 ? { functions: path } : {}),
  })),
});
