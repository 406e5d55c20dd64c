/** Keys, strict Ed25519, the payload hash and the signature document (spec 1.4, 1.6, 2.7). */
export { MAX_SIGNATURE_BYTES, parseSignature, type SignatureDocument, writeSignature } from "./document.ts";
export {
  type Ed25519Problem,
  PUBLIC_KEY_BYTES,
  publicKeyProblem,
  SECRET_KEY_BYTES,
  SIGNATURE_BYTES,
  verifyEd25519,
} from "./ed25519.ts";
export { drawFingerprint } from "./fingerprint.ts";
export { keyId, parseSigningKey } from "./keys.ts";
export { checkPayload, type PayloadHasher, payloadHasher } from "./payload.ts";
export {
  type ListedKey,
  type ListedPayload,
  MAX_REVOCATION_ENTRIES,
  MAX_REVOCATION_LIST_BYTES,
  parseRevocationList,
  type RevocationList,
  type RevocationListTerms,
  revocationListMessage,
  signRevocationList,
  type VerifiedRevocationList,
  verifyRevocationList,
  writeRevocationList,
} from "./revocation-list.ts";
export {
  parseRevocation,
  type RevocationStatement,
  type RevocationTerms,
  revocationMessage,
  signRevocation,
  type VerifiedRevocation,
  verifyRevocation,
  writeRevocation,
} from "./revocation-statement.ts";
export {
  parseRotation,
  type RotationInput,
  type RotationStatement,
  type RotationTerms,
  rotationMessage,
  signRotation,
  type VerifiedRotation,
  verifyRotation,
  writeRotation,
} from "./rotation-statement.ts";
export { type SigningInput, signPayload } from "./sign.ts";
export {
  checkStatement,
  checkStatementSize,
  hex32,
  keyBytes,
  MAX_STATEMENT_BYTES,
  signStatement,
  statementMessage,
  statementSha256,
} from "./statement.ts";
export { checkSignature } from "./verify.ts";
