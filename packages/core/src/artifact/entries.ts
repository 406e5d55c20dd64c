import type { Archive, ArchiveEntry } from "../archive/index.ts";
import { SkillError } from "../errors.ts";

/** @throws SkillError `MissingArtifactEntry` */
export function requireEntry(archive: Archive, path: string): ArchiveEntry {
  const entry = archive.get(path);
  if (entry === undefined) throw new SkillError("MissingArtifactEntry", { path });
  return entry;
}

/** `modules/**.wasm` (spec 1.1): a suffix in lower case, at any depth. */
export function isModulePath(path: string): boolean {
  return path.startsWith("modules/") && path.endsWith(".wasm");
}

/**
 * Spec 1.5, step 5. Before the signature is looked at, since it cannot vouch for an artifact that has nothing to run.
 * @throws SkillError `MissingArtifactEntry`
 */
export function requireModules(archive: Archive): void {
  if (!archive.entries.some(({ path }) => isModulePath(path))) {
    throw new SkillError("MissingArtifactEntry", { path: "modules/*.wasm" });
  }
}
