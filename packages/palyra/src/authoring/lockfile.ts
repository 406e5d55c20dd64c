/** The lock files that lie beside a manifest: what a skill was built from, for its SBOM. */
import { join } from "node:path";
import { SkillError } from "palyra-skills";
import type { SourceText } from "palyra-skills/audit";
import {
  LOCK_FILE_NAMES,
  type LockedPackage,
  type LockFile,
  lockedPurl,
  MAX_LOCK_BYTES,
  readLockFiles as readLocks,
  withoutWhatWasOnlyConsidered,
} from "palyra-skills/supplychain";
import { readRegular } from "../files/index.ts";

/** Those of a folder by their names; those of folders below are of something else. `Serialization` for one that is too large, `Io`. */
export async function readLockFiles(folder: string): Promise<readonly SourceText[]> {
  const found: SourceText[] = [];
  for (const path of LOCK_FILE_NAMES) {
    const content = await readRegular(join(folder, path), MAX_LOCK_BYTES);
    if (content === undefined) continue;
    if (!content.ok) throw unreadable(join(folder, path), "too large");
    found.push({ path, bytes: content.bytes });
  }
  return found;
}

/** All packages that they lock, sorted and unique by purl. `Serialization` for a lock file that cannot be read. */
export function lockedPackages(folder: string, files: readonly SourceText[]): readonly LockedPackage[] {
  const found = new Map<string, LockedPackage>();
  for (const { path, reading } of withoutWhatWasOnlyConsidered(asLocks(files))) {
    if (!reading.ok) throw unreadable(join(folder, path), reading.problem);
    // All of `go.sum` was looked at; what `go.mod` beside it decides is said there.
    const chosen = path === "go.sum" ? reading.packages.filter(({ use }) => use !== "optional") : reading.packages;
    for (const locked of chosen) found.set(lockedPurl(locked), locked);
  }
  return [...found].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, locked]) => locked);
}

/** As an SBOM is held against them. */
export const asLocks = (files: readonly SourceText[]): readonly LockFile[] =>
  readLocks(files.map(({ path, bytes }) => ({ path, bytes, own: true })));

const unreadable = (document: string, problem: string): SkillError =>
  new SkillError("Serialization", { document, faults: [{ path: "", problem }] });
