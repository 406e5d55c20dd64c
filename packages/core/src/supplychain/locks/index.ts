/** Lock files: what a program was built from, and an SBOM held against it. */
export { type LockText, MAX_ALL_LOCK_BYTES, MAX_ALL_LOCKED_HASHES, MAX_ALL_LOCKED_PACKAGES, readLockFiles } from "./all.ts";
export { withoutWhatWasOnlyConsidered } from "./chosen.ts";
export { type Compared, compareWithLocks, type Difference } from "./compare.ts";
export {
  type LockedEcosystem,
  type LockedHash,
  type LockedPackage,
  type LockFile,
  type LockReading,
  MAX_LOCK_BYTES,
  MAX_LOCKED_PACKAGES,
} from "./lock.ts";
export { isLockFile, LOCK_FILE_NAMES, lockedPurl, readLockFile } from "./read.ts";
