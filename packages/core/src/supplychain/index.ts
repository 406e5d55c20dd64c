/** Papers that are held against the goods: SBOM, provenance, vulnerabilities, licences (spec 4.4, T15, T16). */
export {
  isNameRefused,
  type LicenseExpression,
  type LicenseReading,
  type LicenseTerms,
  licensesIn,
  licenseText,
  parseLicense,
  refusedLicenses,
} from "./license/index.ts";
export type { NodePlace } from "./nodes.ts";
export {
  type DsseEnvelope,
  type DsseSignature,
  type EnvelopeReading,
  IN_TOTO_PAYLOAD,
  isPlaceholder,
  type Material,
  type NamedBuilder,
  type PredicateForm,
  type ProvenanceStatement,
  type ProvenanceSubject,
  preAuthEncoding,
  readEnvelope,
  readStatement,
  type StatementReading,
  type SubjectDigest,
  sha256Digest,
} from "./provenance/index.ts";
export {
  componentsOf,
  SBOM_VERSIONS,
  type SbomComponent,
  type SbomHash,
  type SbomLicense,
  type SbomValidity,
  type SchemaFault,
  subjectComponent,
  validateSbom,
} from "./sbom/index.ts";
export * from "./vulnerability/index.ts";
