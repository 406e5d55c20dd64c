/** Who is trusted: store, constraints, the decision of spec 3.2, owners, the report of spec 4.1. */
export {
  EMPTY_CONSTRAINTS,
  type FollowedList,
  type KeyScope,
  parseConstraints,
  type RevokedKey,
  type RevokedPayload,
  type RotationRecord,
  readFollowedList,
  readKeyScope,
  type TrustConstraints,
  writeConstraints,
} from "./constraints.ts";
export {
  decideSigner,
  decideTrust,
  type Pin,
  type TrustDecision,
  TrustedSkill,
  type TrustOptions,
} from "./decide.ts";
export { parseTrustExport, type TrustExport, writeTrustExport } from "./export.ts";
export { isPublicKeyHex } from "./key.ts";
export { withKeyLimit, withoutKeyLimits } from "./key-limits.ts";
export { type ImportConflict, mergeTrust, replaceTrust } from "./merge.ts";
export { checkOwner, type Ownership, withOwner } from "./owners.ts";
export { knownPublishers, relatedPublisher } from "./related.ts";
export { type VerificationReport, verificationReport } from "./report.ts";
export { decideRevocation, revocationOfKey, revocationOfPayload, withRevokedKey, withRevokedPayload } from "./revocation.ts";
export {
  decideList,
  freshnessOf,
  type SeenList,
  withFollowedList,
  withLists,
  withoutFollowedList,
} from "./revocation-list.ts";
export {
  conflicting,
  decideRotation,
  type Rotation,
  type RotationContext,
  type RotationDecision,
  rotationOf,
  withRotation,
  withRotationRecord,
} from "./rotation.ts";
export type { Signer } from "./signer.ts";
export {
  EMPTY_TRUST_STORE,
  parseTrustStore,
  type TrustStore,
  withoutPin,
  withoutTrusted,
  withPin,
  withTrusted,
  writeTrustStore,
} from "./store.ts";
