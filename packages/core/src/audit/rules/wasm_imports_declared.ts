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
    const { undeclared, baseline, count } = refusedImports(facts, reach, manifest.capabilities);
    const imports = counted(facts.imports.length, "import");
    if (count === 0) {
      const details = { module_path: path, imports: facts.imports.length };
      return [pass(`${quoted(path)} has ${imports}, each basic or declared.`, details)];
    }
    const ranked = [...undeclared, ...baseline].slice(0, MAX_KEPT);
    const details = { module_path: path, imports: facts.imports.length, refused_imports: count, ...listed(ranked) };
    const inAll = count > ranked.length ? ` ${count} of its ${imports} are refused.` : "";
    const message =
      undeclared.length > 0
        ? `${quoted(path)} imports what it is not given. ${importsInWords(undeclared)}.${inAll}`
        : `${quoted(path)} imports what the toolchain that it names links whether or not it is used, and what the runtime will ` +
          `refuse. ${importsInWords(baseline)}.${inAll}`;
    return [findings(message, importFindings(path, ranked), details)];
  },
});

/** Refused imports of each of the two kinds that are looked at one by one: a module can have 100 000. */
const MAX_KEPT = 1_000;

interface Refusal {
  readonly undeclared: RefusedImport[];
  /** Of the toolchain's baseline. */
  readonly baseline: RefusedImport[];
  readonly count: number;
}

/** T14: every import is classed, and refusal is the default. */
function refusedImports({ imports, producers }: ModuleFacts, reach: ModuleReach, capabilities: Capabilities): Refusal {
  const linked = toolchainBaseline(producers);
  const { imports: called, paths } = reach.fromExports;
  const undeclared: RefusedImport[] = [];
  const baseline: RefusedImport[] = [];
  let count = 0;
  for (const [position, found] of imports.entries()) {
    const grant = classifyImport(found);
    if (isImportDeclared(grant, capabilities)) continue;
    count += 1;
    // What nobody provides cannot be refused at a call: the module would not even start.
    const isLinked = grant.problem === undefined && linked.has(`${found.module}.${found.name}`);
    const kept = isLinked ? baseline : undeclared;
    if (kept.length === MAX_KEPT) continue;
    // Only functions are called; a memory or a global is there as soon as the module is.
    const isCalled = found.kind !== "function" || called.has(position);
    kept.push({ found, grant, baseline: isLinked, called: isCalled, path: paths.get(position) ?? [] });
  }
  return { undeclared, baseline, count };
}

const listed = (refused: readonly RefusedImport[]): JsonObject => ({
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
