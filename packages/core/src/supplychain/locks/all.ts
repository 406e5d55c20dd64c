/** All lock files of one artifact or folder, bounded together (T17). */
import type { LockFile, LockReading } from "./lock.ts";
import { readLockFile } from "./read.ts";

/** Bytes of all lock files that are read together. */
export const MAX_ALL_LOCK_BYTES = 32 * 1024 * 1024;
/** Packages of all of them. */
export const MAX_ALL_LOCKED_PACKAGES = 100_000;
/** Digests of all of their packages: those of Python have some thirty each. */
export const MAX_ALL_LOCKED_HASHES = 500_000;

export interface LockText {
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Surely of this skill. */
  readonly own: boolean;
}

/**
 * The skill's own first: what it only carries cannot take their room. One that goes over a limit is not compared, nor is any behind it, and each
 * says so: nothing passes for compared.
 */
export function readLockFiles(files: readonly LockText[]): readonly LockFile[] {
  const left = { bytes: MAX_ALL_LOCK_BYTES, packages: MAX_ALL_LOCKED_PACKAGES, digests: MAX_ALL_LOCKED_HASHES };
  let over: string | undefined;
  return files
    .toSorted((a, b) => Number(b.own) - Number(a.own))
    .map(({ path, bytes, own }): LockFile => {
      left.bytes -= bytes.length;
      over ??= exceeded(left);
      const reading = over === undefined ? readLockFile(path, bytes) : tooMuch(over);
      if (reading.ok) {
        left.packages -= reading.packages.length;
        for (const { hashes } of reading.packages) left.digests -= hashes.length;
        over ??= exceeded(left);
      }
      return { path, kind: "lock", own, reading: over === undefined ? reading : tooMuch(over) };
    });
}

function exceeded(left: Readonly<Record<"bytes" | "packages" | "digests", number>>): string | undefined {
  if (left.bytes < 0) return `${MAX_ALL_LOCK_BYTES} bytes`;
  if (left.packages < 0) return `${MAX_ALL_LOCKED_PACKAGES} packages`;
  return left.digests < 0 ? `${MAX_ALL_LOCKED_HASHES} digests` : undefined;
}

const tooMuch = (limit: string): LockReading => ({
  ok: false,
  problem: `the lock files have more than ${limit} together`,
  offset: 0,
});
