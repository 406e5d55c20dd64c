/** Lock files: what a program was built from, and an SBOM held against it. */
export { type Compared, compareWithLocks, type Difference, type LockFile } from "./compare.ts";
export {
  type LockedEcosystem,
  type LockedHash,
  type LockedPackage,
  type LockReading,
  MAX_LOCK_BYTES,
  MAX_LOCKED_PACKAGES,
} from "./lock.ts";
export { isLockFile, LOCK_FILE_NAMES, lockedPurl, readLockFile } from "./read.ts";
