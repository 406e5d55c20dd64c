/** Files: atomic writes, locks that die with their holder, staged folders, bounded reads, the SQLite driver. */
export { type AtomicOptions, writeFileAtomically, writeNamedFile } from "./atomic.ts";
export { faultPoint, faultWasThrown } from "./fault.ts";
export { makeFolder } from "./folders.ts";
export { FilesHash, type HashedFile, type Hashing, hashFile } from "./hash-files.ts";
export { asIo, ifThere, io, systemCode } from "./io.ts";
export { Kept, looksOf } from "./kept.ts";
export { type ListedFile, type ListedFolder, listFolder } from "./list-folder.ts";
export { isHeld, LOCK_TIMEOUT_MS, type LockOptions, withFreeLock, withLock } from "./lock.ts";
export { fileMark } from "./mark.ts";
export { openOwn, readOwn, writeOwn } from "./own.ts";
export { placeDigest } from "./place-digest.ts";
export {
  type BoundedRead,
  readBounded,
  readHandle,
  readIfThere,
  readPieces,
  readRegular,
  readStanding,
  readWhole,
} from "./read.ts";
export { readOwnSync, readRegularSync } from "./read-sync.ts";
export {
  type Database,
  type OpenOptions,
  openDatabase,
  type SqliteResult,
  type SqlValue,
  sqliteResult,
} from "./sqlite.ts";
export { type StagedFile, stageFolder } from "./staging.ts";
export { moveTo, syncFolder } from "./sync.ts";
