/** The trust store as a file: read as one, written under its lock, held against what is recorded of it (spec 3.1, 3.3). */
export { applyEdits, type Edited, type TrustChange, type TrustDocuments, type TrustEdit } from "./change.ts";
export { type DecidingTrust, decidingOf, KeptTrust, readDeciding, type TrustUse } from "./deciding.ts";
export { differenceOf, type TrustDifference, type TrustFact } from "./difference.ts";
export {
  MAX_TRUST_FILE_BYTES,
  parseTrust,
  readTrust,
  readTrustUnsealed,
  type TrustFiles,
  type TrustState,
  trustFiles,
  trustMark,
} from "./file.ts";
export {
  type Digests,
  digestsOf,
  type IntegrityRecord,
  type IntegrityRecords,
  integrityKey,
  putRecord,
  readRecord,
  recordOf,
  sha256,
  type TrustBytes,
  type TrustPlace,
} from "./integrity.ts";
export { requireUsableKey } from "./key.ts";
export { cachedLists, type KnownList, type ListPlace, lookLists, removeOthers, writeCached } from "./list-cache.ts";
export { type ListRecord, putListRecords, readListRecords } from "./list-records.ts";
export { type TrustWriter, withTrustLock, withTrustWriter } from "./writer.ts";
