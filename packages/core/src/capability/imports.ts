import type { Capabilities } from "../manifest/index.ts";
import type { FunctionType, ImportFact } from "../wasm/index.ts";
import { foreignImport } from "./foreign.ts";
import type { HostFunction, ImportClass, ImportNeed } from "./host-function.ts";
import { HANDLES, PALYRA_HOST_CAPABILITIES, PALYRA_SKILLS_HOST, SKILLS_HOST } from "./host-interfaces.ts";
import { OTHERWISE_IN_UNSTABLE, PREVIEW1 } from "./preview1.ts";

export interface ImportGrant {
  readonly class: ImportClass;
  readonly needs: ImportNeed;
  /**
   * Why it is not provided: a right name with the wrong type, a function that `wasi_unstable` has with another meaning, what another host
   * provides, or what nobody known does.
   */
  readonly problem?: "wrong_type" | "other_meaning" | "foreign" | "unknown";
  /** With `wrong_type`: what it should be. */
  readonly expected?: FunctionType;
  /** Whose import it is, and what to do instead, as an imperative. */
  readonly toolchain?: string;
  readonly instead?: string;
}

const WASI = "wasi_snapshot_preview1";
/** The snapshot before it. */
const WASI_UNSTABLE = "wasi_unstable";

const INTERFACES: ReadonlyMap<string, ReadonlyMap<string, HostFunction>> = new Map([
  [WASI, PREVIEW1],
  [WASI_UNSTABLE, PREVIEW1],
  [PALYRA_HOST_CAPABILITIES, HANDLES],
  [PALYRA_SKILLS_HOST, SKILLS_HOST],
]);

const USE_HOST_HTTP = `use HTTP of \`${PALYRA_SKILLS_HOST}\``;

/** The class of an import, and what it takes to get it. Refusal is the default (spec 4.6, T14). */
export function classifyImport(fact: ImportFact): ImportGrant {
  const known = INTERFACES.get(fact.module)?.get(fact.name);
  if (known === undefined) return classifyUnknown(fact);
  if (fact.module === WASI_UNSTABLE && OTHERWISE_IN_UNSTABLE.has(fact.name)) {
    return notProvided("other_meaning", { instead: `build against \`${WASI}\`` });
  }
  if (!isOfType(fact, known.type)) return notProvided("wrong_type", { expected: known.type });
  const grant = { class: known.class, needs: known.needs };
  return known.class === "network" ? { ...grant, instead: USE_HOST_HTTP } : grant;
}

function classifyUnknown({ module, name, kind }: ImportFact): ImportGrant {
  const isWasi = module === WASI || module === WASI_UNSTABLE;
  // Extensions of single runtimes, such as WasmEdge's `sock_open`.
  if (isWasi && name.startsWith("sock_")) return { class: "network", needs: "never", instead: USE_HOST_HTTP };
  if (name.startsWith("thread-spawn") || name.startsWith("thread_spawn")) return { class: "process", needs: "never" };
  const foreign = INTERFACES.has(module) && !isWasi ? undefined : foreignImport(module, name);
  if (foreign !== undefined) return notProvided("foreign", { toolchain: foreign.toolchain, instead: foreign.instead });
  if (kind === "memory") return notProvided("unknown", { instead: "define the memory in the module and export it as `memory`" });
  return notProvided("unknown", {});
}

const notProvided = (problem: NonNullable<ImportGrant["problem"]>, more: Partial<ImportGrant>): ImportGrant => ({
  class: "not_provided",
  needs: "never",
  problem,
  ...more,
});

function isOfType({ kind, type }: ImportFact, expected: FunctionType): boolean {
  return (
    kind === "function" &&
    type !== undefined &&
    isSameList(type.params, expected.params) &&
    isSameList(type.results, expected.results)
  );
}

const isSameList = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((value, index) => value === b[index]);

/** Whether a manifest declares what an import needs. A secret scope without names declares nothing. */
export function isImportDeclared({ needs }: ImportGrant, capabilities: Capabilities): boolean {
  const { read_roots, write_roots } = capabilities.filesystem;
  switch (needs) {
    case "nothing":
      return true;
    case "root":
      return read_roots.length + write_roots.length > 0;
    case "write_root":
      return write_roots.length > 0;
    case "egress_host":
      return capabilities.http_egress_allowlist.length > 0;
    case "secret":
      return capabilities.secrets.some(({ key_names }) => key_names.length > 0);
    case "never":
      return false;
  }
}
