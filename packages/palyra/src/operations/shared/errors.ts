import type { ErrorCode } from "palyra-skills";
import type { PalyraErrorCode } from "../../errors.ts";

/** Codes of opening an artifact (spec 1.5). */
export const OPEN_ERRORS = [
  "ArtifactTooLarge",
  "Zip",
  "ArtifactTooManyEntries",
  "InvalidArtifactPath",
  "ArtifactEntryTooLarge",
  "DuplicateArtifactEntry",
  "MissingArtifactEntry",
  "ManifestParse",
  "ManifestValidation",
  "InvalidSbom",
  "InvalidProvenance",
  "Serialization",
  "TrustStoreChanged",
  "VaultUnavailable",
  "PayloadHashMismatch",
  "SignatureVerificationFailed",
  "UnsupportedProtocolMajor",
  "UnsupportedRuntimeVersion",
  "RuntimeVersionAboveSupportedMaximum",
  "Io",
] as const satisfies readonly (ErrorCode | PalyraErrorCode)[];

/** Codes of opening an artifact and deciding whether its key is trusted (spec 3.2, 3.4), from a store that nobody else can write. */
export const VERIFY_ERRORS = [
  ...OPEN_ERRORS,
  "TrustedPublisherKeyMismatch",
  "TofuKeyMismatch",
  "UntrustedPublisher",
  "RevokedKey",
  "RevokedPayload",
  "KeyOutOfScope",
  "RevocationListUnusable",
  "RevocationListStale",
  "UnsafeStateRoot",
] as const satisfies readonly (ErrorCode | PalyraErrorCode)[];
