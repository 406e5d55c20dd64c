/** Who is trusted: store, constraints, the decision of spec 3.2, owners, the report of spec 4.1. */
export {
  EMPTY_CONSTRAINTS,
  type KeyScope,
  parseConstraints,
  type RevokedKey,
  type RevokedPayload,
  type RotationRecord,
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
export { isPublicKeyHex } from "./key.ts";
export { checkOwner, type Ownership, withOwner } from "./owners.ts";
export { knownPublishers, relatedPublisher } from "./related.ts";
export { type VerificationReport, verificationReport } from "./report.ts";
export { revocationOfKey, revocationOfPayload, withRevokedKey, withRevokedPayload } from "./revocation.ts";
export {
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
