/** Errors as problem documents (RFC 9457, spec 8): the one table of code -> HTTP status, kept complete by the compiler. */
import { STATUS_CODES } from "node:http";
import type { ErrorCode } from "palyra-skills";
import type { PalyraErrorCode } from "../errors.ts";
import { asJson } from "../operations/wording/as-json.ts";
import { tellingOf } from "../operations/wording/sentences.ts";
import { jsonText } from "./json.ts";
import { HTTP_STATUS, Refusal } from "./refusal.ts";

/** What the request is about is not fit for it. */
const UNFIT = 422;
/** What the daemon works on cannot be used now; nothing was changed. */
const UNUSABLE = 503;

const OPERATION_STATUS: { readonly [Code in ErrorCode | PalyraErrorCode]: number } = {
  Usage: 400,
  NotInstalled: 404,
  NothingInstalled: 404,
  SecretNotFound: 404,
  ProcedureExists: 409,
  UnknownTool: 404,
  ReceiptNotFound: 404,
  AmbiguousTool: 409,
  VerdictMissing: 409,
  ApprovalRequired: 403,
  PolicyDenied: 403,
  AuthorizationRecordInvalid: UNUSABLE,
  AlreadyInstalled: 409,
  DowngradeRefused: 409,
  OwnerChangeRefused: 409,
  WideningRefused: 409,
  VersionJumpRefused: UNFIT,
  ReleaseTooFresh: UNFIT,
  ToolIdConflict: 409,
  ConflictingRotation: 409,
  ConflictingRevocationList: 409,
  RevocationListRolledBack: 409,
  RotationRefused: 409,
  RevocationRefused: 409,
  ArtifactDigestMismatch: 409,
  ArtifactTooLarge: UNFIT,
  ArtifactEntryTooLarge: UNFIT,
  ArtifactTooManyEntries: UNFIT,
  Zip: UNFIT,
  InvalidArtifactPath: UNFIT,
  DuplicateArtifactEntry: UNFIT,
  MissingArtifactEntry: UNFIT,
  ManifestParse: UNFIT,
  ManifestValidation: UNFIT,
  InvalidSbom: UNFIT,
  InvalidProvenance: UNFIT,
  Serialization: UNFIT,
  PayloadHashMismatch: UNFIT,
  SignatureVerificationFailed: UNFIT,
  UnsupportedProtocolMajor: UNFIT,
  UnsupportedRuntimeVersion: UNFIT,
  RuntimeVersionAboveSupportedMaximum: UNFIT,
  InvalidSigningKeyLength: UNFIT,
  TrustedPublisherKeyMismatch: UNFIT,
  TofuKeyMismatch: UNFIT,
  UntrustedPublisher: UNFIT,
  RevokedKey: UNFIT,
  RevokedPayload: UNFIT,
  KeyOutOfScope: UNFIT,
  RevocationListRefused: UNFIT,
  AuditRefused: UNFIT,
  ProvenanceRefused: UNFIT,
  RebuildFailed: UNFIT,
  NotEligible: UNFIT,
  UnsafeInstallName: UNFIT,
  EngineUnsupported: UNFIT,
  Declined: UNFIT,
  PolicyInvalid: UNUSABLE,
  VexInvalid: UNUSABLE,
  BaselineInvalid: UNUSABLE,
  IndexInvalid: UNUSABLE,
  TrustStoreChanged: UNUSABLE,
  RevocationListUnusable: UNUSABLE,
  RevocationListStale: UNUSABLE,
  VaultUnavailable: UNUSABLE,
  JournalUnavailable: UNUSABLE,
  JournalChainBroken: UNUSABLE,
  LockTimeout: UNUSABLE,
  UnsafeStateRoot: UNUSABLE,
  AuditorUnavailable: UNUSABLE,
  SandboxUnavailable: UNUSABLE,
  DaemonRunning: UNUSABLE,
  ListenFailed: UNUSABLE,
  Io: UNUSABLE,
  FeedUnreachable: 502,
  DaemonUnreachable: 502,
  DaemonRefused: 502,
};

export const PROBLEM_TYPE = "application/problem+json";

export interface Problem {
  readonly status: number;
  /** As the document has it. */
  readonly code: string;
  readonly body: string;
  readonly headers: { readonly [name: string]: string };
  /** Not one of ours: a fault of this program, of which the document says nothing more. */
  readonly isFault: boolean;
}

/** What is answered in place of what was asked. @param requestId of the log's lines about this request */
export function problemOf(error: unknown, requestId: string): Problem {
  if (error instanceof Refusal) {
    const { code, detail, faults, headers } = error;
    const details = faults.length === 0 ? {} : { faults };
    return problem(HTTP_STATUS[code], { code, detail, details, requestId }, headers, false);
  }
  const telling = tellingOf(error);
  if (telling === undefined) {
    const detail = "the daemon failed; its log has more under the request's id";
    return problem(HTTP_STATUS.Internal, { code: "Internal", detail, details: {}, requestId }, {}, true);
  }
  const { code, message, hint, details } = telling;
  return problem(statusOf(code), { code, detail: message, hint, details, requestId }, {}, false);
}

function statusOf(code: string): number {
  return Object.entries(OPERATION_STATUS).find(([name]) => name === code)?.[1] ?? HTTP_STATUS.Internal;
}

interface Said {
  readonly code: string;
  readonly detail: string;
  readonly hint?: string | undefined;
  readonly details: object;
  readonly requestId: string;
}

function problem(
  status: number,
  { code, detail, hint, details, requestId }: Said,
  headers: { readonly [name: string]: string },
  isFault: boolean,
): Problem {
  const document = {
    type: `urn:palyra:problem:${code}`,
    title: STATUS_CODES[status] ?? "Refused",
    status,
    detail,
    instance: `urn:palyra:request:${requestId}`,
    code,
    details: asJson(details),
    hint: hint ?? null,
  };
  return { status, code, body: jsonText(document), headers, isFault };
}
