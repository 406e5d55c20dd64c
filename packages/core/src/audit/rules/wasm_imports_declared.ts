import { classifyImport, type ImportGrant, isImportDeclared, toolchainBaseline } from "../../capability/index.ts";
import type { JsonObject } from "../../encoding/index.ts";
import type { Capabilities } from "../../manifest/index.ts";
import type { ImportFact, ModuleFacts } from "../../wasm/index.ts";
import { typeText } from "../entry.ts";
import { finding, moduleRule, pass } from "../rule.ts";
import { counted, MAX_LISTED_FINDINGS, named, quoted, shortened } from "../wording.ts";

export const wasmImportsDeclared = moduleRule({
  id: "wasm_imports_declared",
  severity: "error",
  asks: "Does each module import only what the manifest declares and the host provides?",
  stops: ["T14", "CWE-250"],
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
      return [finding("fail", `${quoted(path)} imports what it is not given. ${named(undeclared.map(describe))}.`, details)];
    return [
      finding(
        "warn",
        `${quoted(path)} imports what the toolchain that it names links whether or not it is used, and what the runtime will ` +
          `refuse. ${named(refused.map(describe))}.`,
        details,
      ),
    ];
  },
});

/** An import that the runtime would not grant. */
interface Refused {
  readonly found: ImportFact;
  readonly grant: ImportGrant;
  /** Linked by the toolchain that the module names, used or not (spec 4.4). */
  readonly baseline: boolean;
}

/** T14: every import is classed, and refusal is the default. */
function refusedImports({ imports, producers }: ModuleFacts, capabilities: Capabilities): readonly Refused[] {
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

const DECLARE = {
  root: "needs a root: declare one in `capabilities.filesystem`, or build without the import",
  write_root: "needs a write root: declare one in `capabilities.filesystem.write_roots`, or build without the import",
  egress_host: "needs a host: declare it in `capabilities.http_egress_allowlist`, or build without the import",
  secret: "needs a secret: declare it in `capabilities.secrets`, or build without the import",
} as const;

/** Why no host provides an import. */
const PROBLEMS = {
  wrong_type: ({ expected }: ImportGrant) =>
    `is not of the type that the host has, ${quoted(expected === undefined ? "" : typeText(expected))}`,
  other_meaning: () => "means something else in this interface",
  foreign: ({ toolchain = "another host" }: ImportGrant) => `is of ${toolchain}, and no host here provides it`,
  unknown: () => "is provided by no host",
} as const;

const describe = ({ found, grant }: Refused): string =>
  `${quoted(`${shortened(found.module)}.${shortened(found.name)}`)} (byte ${found.offset}) ${reason(grant)}`;

function reason(grant: ImportGrant): string {
  const { class: of, needs, problem } = grant;
  const instead = grant.instead ?? (problem === "wrong_type" ? "correct its declaration" : "build without it");
  if (problem !== undefined) return `${PROBLEMS[problem](grant)}: ${instead}`;
  return needs === "never" || needs === "nothing" ? `is never granted (${of}): ${instead}` : DECLARE[needs];
}

const listed = (refused: readonly Refused[]): JsonObject => ({
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
