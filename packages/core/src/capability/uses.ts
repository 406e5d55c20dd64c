import type { ImportFact } from "../wasm/index.ts";
import { IMPORT_CLASSES, type ImportClass } from "./host-function.ts";
import { PALYRA_HOST_CAPABILITIES } from "./host-interfaces.ts";
import { classifyImport } from "./imports.ts";

/** What a manifest can declare, and a module make use of. */
export const DECLARED_USES = ["hosts", "secrets", "read_roots", "write_roots", "channels"] as const;
export type DeclaredUse = (typeof DECLARED_USES)[number];

/** Handles tell what is granted, for a skill that is written for Palyra's host. */
const HANDLE_USES: readonly (readonly [prefix: string, uses: readonly DeclaredUse[]])[] = [
  ["http-", ["hosts"]],
  ["secret-", ["secrets"]],
  ["storage-", ["read_roots", "write_roots"]],
  ["channel-", ["channels"]],
];

/** What of the manifest an import can make use of; nothing for one that no host provides. */
export function usesOfImport(fact: ImportFact): readonly DeclaredUse[] {
  const { class: of, needs } = classifyImport(fact);
  switch (of) {
    case "http":
      return ["hosts"];
    case "secrets":
      return ["secrets"];
    case "filesystem":
    case "filesystem_write":
      // A path that is opened may be opened for writing.
      return ["read_roots", "write_roots"];
    case "storage":
      return needs === "write_root" ? ["write_roots"] : ["read_roots"];
    case "handles":
      return fact.module === PALYRA_HOST_CAPABILITIES
        ? (HANDLE_USES.find(([prefix]) => fact.name.startsWith(prefix))?.[1] ?? [])
        : [];
    default:
      return [];
  }
}

/** The classes of the imports at those positions, each once, in the order of the table of spec 4.6. */
export function reachedClasses(imports: readonly ImportFact[], positions: ReadonlySet<number>): ImportClass[] {
  const found = new Set<ImportClass>();
  for (const position of positions) {
    const fact = imports[position];
    if (fact !== undefined) found.add(classifyImport(fact).class);
  }
  return IMPORT_CLASSES.filter((of) => found.has(of));
}
