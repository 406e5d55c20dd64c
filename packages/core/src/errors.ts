/**
 * The one error class of this package. A refusal is a code of a closed union with details typed by the code; there is
 * no sentence here: whoever meets a person makes it (habit 9).
 */

/** One thing that is wrong in a text that a person wrote; all faults of a text are reported together. */
export interface Fault {
  /** Where, as a path of keys: `entrypoints.tools[1].id`. Empty for the document as a whole. */
  readonly path: string;
  /** What is wrong, in a few words without the value: `unknown key`, `not a canonical version`. */
  readonly problem: string;
  /** What was found, shortened; absent where nothing was. */
  readonly found?: string;
  /** What is allowed. */
  readonly allowed?: string;
  /** 1-based line and column (in code points), and the line itself. */
  readonly line?: number;
  readonly column?: number;
  readonly quote?: string;
}

/** Details of each code; the codes are those of spec 1.2, 1.5, 2.6, 2.7 and 3.2. */
export interface ErrorDetails {
  /** Spec 1.2. Bytes; `actual` is a bigint only where a zip64 field declares more than 2^53. */
  ArtifactTooLarge: { readonly actual: number | bigint; readonly limit: number };
  ArtifactEntryTooLarge: { readonly path: string; readonly actual: number | bigint; readonly limit: number };
  ArtifactTooManyEntries: { readonly actual: number | bigint; readonly limit: number };
  /** Spec 1.6. `offset` in bytes from the start of the archive. */
  Zip: { readonly problem: string; readonly entry?: string; readonly offset: number };
  /** Spec 1.3: a name in an archive, or (with `faults`) paths in a manifest. */
  InvalidArtifactPath: {
    readonly document?: string;
    readonly path: string;
    readonly problem: string;
    readonly offset?: number;
    readonly faults?: readonly Fault[];
  };
  DuplicateArtifactEntry: { readonly path: string };
  MissingArtifactEntry: { readonly path: string };
  /** `document`: the file of the manifest, where it came from one; what reads files fills it in. */
  ManifestParse: { readonly document?: string; readonly faults: readonly Fault[] };
  ManifestValidation: { readonly document?: string; readonly faults: readonly Fault[] };
  InvalidSbom: { readonly path: string; readonly faults: readonly Fault[] };
  InvalidProvenance: { readonly path: string; readonly faults: readonly Fault[] };
  /** A JSON document of ours (signature, trust store, index …) that is not well formed. `document` names the file or entry. */
  Serialization: { readonly document: string; readonly faults: readonly Fault[] };
  PayloadHashMismatch: { readonly declared: string; readonly actual: string };
  SignatureVerificationFailed: { readonly problem: string };
  UnsupportedProtocolMajor: { readonly requested: number; readonly current: number };
  UnsupportedRuntimeVersion: { readonly requested: string; readonly current: string };
  RuntimeVersionAboveSupportedMaximum: { readonly supported_max: string; readonly current: string };
  /** Spec 2.7. Bytes of the key material as it came. */
  InvalidSigningKeyLength: { readonly actual: number };
  /** `public_key`, here and below: the key that signed, 64 lower-case hex digits, as `trust add` and `trust pin` take it. */
  TrustedPublisherKeyMismatch: {
    readonly publisher: string;
    readonly key_id: string;
    readonly public_key: string;
    readonly trusted: readonly string[];
  };
  TofuKeyMismatch: { readonly publisher: string; readonly key_id: string; readonly public_key: string; readonly pinned: string };
  /** `relates_to`: a known publisher whose name this one extends or is extended by (T27). */
  UntrustedPublisher: {
    readonly publisher: string;
    readonly key_id: string;
    readonly public_key: string;
    readonly relates_to?: string;
  };
  /** Spec 3.4: refused before the decision of 3.2, whoever trusts the key. `list`: the issuer of the list that says so. */
  RevokedKey: { readonly publisher: string; readonly key_id: string; readonly reason: string; readonly list?: string };
  RevokedPayload: { readonly payload_sha256: string; readonly reason: string; readonly list?: string };
  /** Spec 3.4: a key limited to skill ids or to a period that this artifact is outside of. */
  KeyOutOfScope: { readonly publisher: string; readonly key_id: string; readonly problem: string };
  /** Spec 3.4: two different rotation statements of one publisher have one sequence; it is frozen until a person decides. `pinned`: the key that is remembered. */
  ConflictingRotation: { readonly publisher: string; readonly sequence: number; readonly pinned?: string };
  /** Spec 3.4: a rotation statement that both keys signed and that moves nothing here. */
  RotationRefused: { readonly publisher: string; readonly problem: string };
  /** Spec 3.4: a revocation statement that revokes something else than the key that signed it. */
  RevocationRefused: { readonly publisher: string; readonly problem: string };
  /** Spec 3.4: a revocation list of another issuer, or signed by a key that nobody gave that role. */
  RevocationListRefused: { readonly issuer: string; readonly problem: string };
  /** Spec 3.4: an older list than the one that was seen. */
  RevocationListRolledBack: { readonly issuer: string; readonly sequence: number; readonly seen: number };
  /** Spec 3.4: two different lists of one issuer have one sequence. */
  ConflictingRevocationList: { readonly issuer: string; readonly sequence: number };
  /** An audit policy that cannot be used (spec 4.2). */
  PolicyInvalid: {
    readonly document: string;
    readonly faults: readonly Fault[];
    /** The variable that names it. */
    readonly named_by?: string;
  };
  /** A list of accepted findings that cannot be used. */
  BaselineInvalid: { readonly document: string; readonly faults: readonly Fault[] };
}

export type ErrorCode = keyof ErrorDetails;

/** A refusal of the core. `message` is the code: it is for logs of programmers, not for people. */
export class SkillError<Code extends ErrorCode = ErrorCode> extends Error {
  readonly code: Code;
  readonly details: ErrorDetails[Code];

  constructor(code: Code, details: ErrorDetails[Code]) {
    super(code);
    this.name = "SkillError";
    this.code = code;
    this.details = details;
  }
}

/** Narrows an unknown error to one code. */
export function isSkillError<Code extends ErrorCode>(error: unknown, code: Code): error is SkillError<Code> {
  return error instanceof SkillError && error.code === code;
}
