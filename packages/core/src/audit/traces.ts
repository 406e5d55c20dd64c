import type { ArchiveEntry } from "../archive/index.ts";
import { type DenseRun, denseRuns, findTraces } from "../text/secrets/index.ts";
import type { ModuleFacts } from "../wasm/index.ts";
import type { FileTraces, ModuleSubject } from "./subject.ts";

/** The shortest part of a module's data that is told to be dense; a policy may only ask for longer ones. */
export const MIN_DENSE_BYTES = 16_384;
/** Parts of one module that are told. */
const MAX_DENSE_RUNS = 1_000;

/**
 * Looks at each file's bytes once: of a module that could be read, at all but the code, since instructions are no texts; at nothing of a module that
 * is too large, and of the signature document, which is one long number. `signature` is its path.
 */
export function tracesOf(files: readonly ArchiveEntry[], modules: readonly ModuleSubject[], signature: string): FileTraces[] {
  const facts = new Map(modules.flatMap((module) => (module.state === "read" ? [[module.path, module.facts] as const] : [])));
  const apart = new Set([signature, ...modules.filter(({ state }) => state === "oversized").map(({ path }) => path)]);
  return files
    .filter(({ path }) => !apart.has(path))
    .map(({ path, bytes }) => {
      const module = facts.get(path);
      return { path, ...findTraces(bytes, rangesOf(bytes, module)), dense: module === undefined ? [] : denseData(bytes, module) };
    });
}

function denseData(bytes: Uint8Array, { data }: Pick<ModuleFacts, "data">): DenseRun[] {
  const runs: DenseRun[] = [];
  for (const [index, start] of data.starts.entries()) {
    const end = data.ends[index] ?? start;
    if (end - start < MIN_DENSE_BYTES || runs.length >= MAX_DENSE_RUNS) continue;
    runs.push(...denseRuns(bytes, start, end, MIN_DENSE_BYTES));
  }
  return runs;
}

function rangesOf(bytes: Uint8Array, facts: Pick<ModuleFacts, "code"> | undefined): { from: number; to: number }[] {
  if (facts?.code === undefined) return [{ from: 0, to: bytes.length }];
  const { offset, size } = facts.code;
  return [
    { from: 0, to: offset },
    { from: offset + size, to: bytes.length },
  ];
}
