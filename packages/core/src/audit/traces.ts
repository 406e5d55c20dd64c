import type { ArchiveEntry } from "../archive/index.ts";
import { findSecrets } from "../text/secrets/index.ts";
import type { ModuleFacts, ByteRange as ModulePart } from "../wasm/index.ts";
import type { FileTraces, ModuleSubject } from "./subject.ts";

/**
 * Looks at each file's bytes once: of a module that could be read, at all but the code, since instructions are no texts; at nothing of a module that
 * is too large, and of the signature document, which is one long number. `signature` is its path.
 */
export function tracesOf(files: readonly ArchiveEntry[], modules: readonly ModuleSubject[], signature: string): FileTraces[] {
  const facts = new Map(modules.flatMap((module) => (module.state === "read" ? [[module.path, module.facts] as const] : [])));
  const apart = new Set([signature, ...modules.filter(({ state }) => state === "oversized").map(({ path }) => path)]);
  return files
    .filter(({ path }) => !apart.has(path))
    .map(({ path, bytes }) => ({ path, secrets: findSecrets(bytes, rangesOf(bytes, facts.get(path))) }));
}

function rangesOf(bytes: Uint8Array, facts: Pick<ModuleFacts, "code"> | undefined): { from: number; to: number }[] {
  const code: ModulePart | undefined = facts?.code;
  if (code === undefined) return [{ from: 0, to: bytes.length }];
  return [
    { from: 0, to: code.offset },
    { from: code.offset + code.size, to: bytes.length },
  ];
}
