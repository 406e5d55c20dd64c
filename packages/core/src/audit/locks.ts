import type { ArchiveEntry } from "../archive/index.ts";
import { decodeUtf8, positionsAt } from "../encoding/index.ts";
import { isLockFile, type LockedPackage, type LockFile, readLockFiles } from "../supplychain/index.ts";
import type { Dependency } from "../wasm/index.ts";
import type { ModuleSubject, SourceText } from "./subject.ts";

/** What says what was built from: lock files among the assets, those of the sources, and what `.dep-v0` of a module lists. */
export function locksOf(
  files: readonly ArchiveEntry[],
  beside: readonly SourceText[],
  modules: readonly ModuleSubject[],
): readonly LockFile[] {
  const assets = files.filter(({ path }) => path.startsWith("assets/") && isLockFile(path));
  const read = readLockFiles([
    ...beside.map(({ path, bytes }) => ({ path, bytes, own: true })),
    ...assets.map(({ path, bytes }) => ({ path, bytes, own: isOnTop(path) })),
  ]);
  return [...read, ...modules.flatMap(builtWith)];
}

/** What lies deeper may be of an example or a template that the skill carries. A file of `assets/` may be named so and packed into `assets/assets/`. */
const isOnTop = (path: string): boolean => /^(?:assets\/){1,2}[^/]+$/.test(path);

function builtWith(module: ModuleSubject): readonly LockFile[] {
  if (module.state !== "read" || module.dependencies === undefined) return [];
  const packages = module.dependencies.filter(({ source }) => source !== "local").map(toLocked);
  return [{ path: module.path, kind: "built", own: true, reading: { ok: true, packages } }];
}

const toLocked = ({ name, version, kind }: Dependency): LockedPackage => ({
  ecosystem: "crates.io",
  name,
  version,
  use: kind === "build" ? "development" : "shipped",
  hashes: [],
  offset: 0,
});

/** Lines of offsets in a lock file: 1-based. */
export function linesIn(bytes: Uint8Array, offsets: readonly number[]): ReadonlyMap<number, number> {
  const positions = positionsAt(decodeUtf8(bytes) ?? "", offsets);
  return new Map([...positions].map(([offset, { line }]) => [offset, line]));
}
