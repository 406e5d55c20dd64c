/** The trust store as a file: read as one, written under its lock (spec 3.1). */
export { applyEdits, type Edited, type TrustChange, type TrustDocuments, type TrustEdit } from "./change.ts";
export { MAX_TRUST_FILE_BYTES, readTrust, type TrustFiles, type TrustState, trustFiles } from "./file.ts";
export { requireUsableKey } from "./key.ts";
export { type TrustWriter, withTrustWriter } from "./writer.ts";
