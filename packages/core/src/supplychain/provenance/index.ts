/** Where an artifact comes from, as its provenance says: statements, their subjects, the envelopes that sign them. */
export {
  isAttestation,
  MAX_ATTESTATION_BYTES,
  type Reading,
  readAttestationJson,
  signedStatement,
} from "./attestation.ts";
export { contradictingSha256, isPlaceholder, sha256Digest } from "./digest.ts";
export {
  type DsseEnvelope,
  type DsseSignature,
  type EnvelopeReading,
  IN_TOTO_PAYLOAD,
  preAuthEncoding,
  readEnvelope,
} from "./envelope.ts";
export {
  attestsBuild,
  type Material,
  type NamedBuilder,
  type PredicateForm,
  type ProvenanceStatement,
  type ProvenanceSubject,
  readStatement,
  type StatementForm,
  type StatementReading,
  type SubjectDigest,
} from "./statement.ts";
