import type { ToolKind } from "palyra-sandbox/protocol";
import { PALYRA_HOST_CAPABILITIES } from "palyra-skills/capability";
import type { ModuleFacts } from "palyra-skills/wasm";

export const START = "_start";

/**
 * How a module answers (spec 10.4). What imports at most Palyra's own interface answers as in Palyra, by its exit code; whatever else exports
 * its function is a command: JSON on stdout, held against the schema, and exit code 0.
 */
export function toolKind({ imports }: Pick<ModuleFacts, "imports">, entrypoint: string): ToolKind {
  const isPalyras = entrypoint !== START && imports.every(({ module }) => module === PALYRA_HOST_CAPABILITIES);
  return isPalyras ? "palyra" : "wasi";
}
