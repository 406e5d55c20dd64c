import type { Fault } from "palyra-skills";
import type { Change } from "palyra-skills/diff";

/**
 * The one error class of this package, beside core's `SkillError`. Codes are those of spec 6; their sentences, exit
 * codes and hints stand in `operations/wording/sentences.ts`, those of core in `core-refusals.ts` beside it: tables that the compiler keeps complete.
 */
export interface PalyraErrorDetails {
  /** The words on the command line are off; exit 2. */
  Usage: { readonly problem: string; readonly hint?: string };
  NotInstalled: { readonly skill_id: string; readonly version?: string; readonly installed?: readonly string[] };
  /** There is nothing to speak of; to programs that is an empty document (spec 11.4). */
  NothingInstalled: { readonly skills_root: string };
  /** A procedure of this slug has another text. */
  ProcedureExists: { readonly slug: string; readonly file: string };
  /** It may not run; `reasons`: `<status>` or `<status>: <its reason>` (spec 10). */
  NotEligible: { readonly skill_id: string; readonly version: string; readonly reasons: readonly string[] };
  /** No tool of what is installed has this id; `offered`: tools of the skill that was named. */
  /** `skill_id`: whose it would be, where that was said; `offered` are its own then. */
  UnknownTool: { readonly tool: string; readonly offered: readonly string[]; readonly skill_id?: string };
  /** Several skills, or several tools of one, are meant by it. */
  AmbiguousTool: { readonly tool: string; readonly candidates: readonly string[] };
  /** No audit that passed is kept of these bytes, this policy and what is known of vulnerabilities now: a launch audits nothing (spec 10). */
  VerdictMissing: { readonly skill_id: string; readonly version: string };
  /** A policy forbids it, or none permits it (spec 10.5). `by`: the policies; `errors`: those that could not be evaluated. */
  PolicyDenied: {
    readonly skill_id: string;
    readonly version: string;
    readonly tool_id: string;
    readonly denied: readonly {
      readonly action: string;
      readonly resource: string;
      readonly by: readonly string[];
      readonly errors: readonly string[];
    }[];
  };
  /** A person is to say yes first, and nobody can be asked here. `basis`: of all that the yes would bind, the input included (T28, T44). */
  ApprovalRequired: {
    readonly skill_id: string;
    readonly version: string;
    readonly tool_id: string;
    readonly surface: string;
    readonly principal: string;
    readonly basis: string;
    readonly asks: readonly { readonly action: string; readonly resource: string; readonly values: readonly string[] }[];
  };
  /** What is kept of operators' decisions is not what was written last: nothing of it counts. `record`: `approvals`, `grants`. */
  AuthorizationRecordInvalid: { readonly file: string; readonly record: string; readonly problem: string };
  /** No run of this host has that receipt. */
  /** The one that was named; else none at all, of the skill where one was named. */
  ReceiptNotFound: { readonly receipt_id?: string; readonly skill_id?: string };
  AlreadyInstalled: { readonly skill_id: string; readonly version: string };
  AuditRefused: { readonly skill_id: string; readonly version: string; readonly reasons: readonly string[] };
  /** What is to be compared could not be made. `command`: what was run, empty for nothing. */
  RebuildFailed: { readonly command: string; readonly problem: string };
  /** An attestation whose signature does not hold, that nobody who was named made, or that is of something else (T15). */
  ProvenanceRefused: { readonly document: string; readonly problem: string };
  DowngradeRefused: { readonly skill_id: string; readonly requested: string; readonly current: string };
  OwnerChangeRefused: { readonly skill_id: string; readonly owner: string; readonly publisher: string };
  /** It asks for more than what is, or was, installed, and nobody agreed to that (spec 4.4). `widening`: the changes that need a consent. */
  WideningRefused: {
    readonly skill_id: string;
    readonly version: string;
    readonly artifact_sha256: string;
    readonly from: { readonly version: string; readonly artifact_sha256: string; readonly installed: boolean };
    readonly widening: readonly Change[];
  };
  /** The policy's cool-down (spec 3.4). `first_seen_at_unix_ms` null: it was never here before. */
  ReleaseTooFresh: {
    readonly skill_id: string;
    readonly version: string;
    readonly payload_sha256: string;
    readonly first_seen_at_unix_ms: number | null;
    readonly allowed_from_unix_ms: number;
  };
  /** The policy's bound for a version that follows another. */
  VersionJumpRefused: {
    readonly skill_id: string;
    readonly version: string;
    readonly current: string;
    readonly jump: number;
    readonly limit: number;
  };
  /** `others`: tool ids of active skills of other publishers that are, or become, the same name (T27). */
  ToolIdConflict: {
    readonly skill_id: string;
    readonly others: readonly { readonly tool_id: string; readonly skill_id: string; readonly other_tool_id: string }[];
  };
  IndexInvalid: { readonly file: string; readonly faults: readonly Fault[] };
  /** The cached bytes of an installed skill are not those that were installed (T12). `actual` null: missing. */
  ArtifactDigestMismatch: {
    readonly skill_id: string;
    readonly version: string;
    readonly recorded: string;
    readonly actual: string | null;
  };
  SecretNotFound: { readonly scope: string; readonly key: string };
  /** The vault is there and cannot be opened, or only part of it is: never taken for an empty one. `needs`: what would open it. */
  VaultUnavailable: { readonly folder: string; readonly problem: string; readonly needs?: "passphrase" | "keychain" | "mode" };
  /**
   * A trust file is not what is recorded of it (spec 3.3). `recorded` null: nothing is recorded, or that there was no such file; `actual` null: it is missing.
   */
  TrustStoreChanged: {
    readonly file: string;
    readonly trust_store: string;
    readonly recorded: string | null;
    readonly actual: string | null;
  };
  /** What was fetched of a followed revocation list is gone, damaged, or not what is remembered of it (spec 3.4): fail closed. */
  RevocationListUnusable: { readonly issuer: string; readonly file: string; readonly problem: string };
  /** It expired and its grace is over, or (null) it was never fetched. */
  RevocationListStale: { readonly issuer: string; readonly expired_at_unix_ms: number | null; readonly grace_ms: number };
  /** An address that something is fetched from gave none. `source` has no password. */
  FeedUnreachable: {
    readonly source: string;
    readonly of: "revocation_list" | "vulnerability_feed";
    readonly problem: string;
  };
  /** A file of statements of exploitability (VEX) that is not as its format has it, or of another format. */
  VexInvalid: { readonly file: string; readonly format: string; readonly faults: readonly Fault[] };
  /** A daemon that was named gave no answer, or none that can be believed. `url` has no password. */
  DaemonUnreachable: { readonly url: string; readonly problem: string };
  /** It answered with an HTTP status of failure; `problem` is its own words, often empty. */
  DaemonRefused: { readonly url: string; readonly status: number; readonly problem: string };
  /** What audits in the daemon gives no answer: its thread ended, or is being ended. */
  AuditorUnavailable: { readonly problem: string };
  /** No process can be had in which a tool would run (spec 10.3). */
  SandboxUnavailable: { readonly problem: string };
  /** Another daemon serves this state root; `holder` says who, as far as it is known. */
  DaemonRunning: { readonly state_root: string; readonly holder: string | null; readonly url: string | null };
  /** Nobody can be listened to at this address. `code` is the system's: EADDRINUSE, EACCES, EADDRNOTAVAIL. */
  ListenFailed: { readonly address: string; readonly code: string };
  /** `why`: the system's code, where it is one of the disk or of permissions. */
  JournalUnavailable: { readonly file: string; readonly problem: string; readonly why?: string };
  /** `recorded`: the head that is kept elsewhere and that the chain does not lead through; null: none is kept (spec 5.3, T26). */
  JournalChainBroken: {
    readonly seq: number;
    readonly problem: string;
    readonly recorded?: { readonly seq: number; readonly hash: string } | null;
  };
  LockTimeout: { readonly file: string; readonly waited_ms: number; readonly holder?: string };
  /** T41. */
  UnsafeInstallName: { readonly name: string; readonly problem: string };
  /** `file`: what is named as `folder` is a file; `of_another`: it is somebody else's; `root`, `skill_id`: an operator lays this root of it there. */
  UnsafeStateRoot: {
    readonly folder: string;
    readonly problem: string;
    readonly file?: true;
    readonly of_another?: true;
    readonly root?: string;
    readonly skill_id?: string;
  };
  EngineUnsupported: {
    readonly skill_id: string;
    readonly version: string;
    readonly features: readonly string[];
    readonly engine: string;
  };
  /** Declined by the person who was asked. */
  Declined: { readonly what: string };
  /** A file or folder could not be read or written. `code` is the system's: ENOENT, ENOSPC, EROFS … `in_the_way`: what is no folder (ENOTDIR); `named_by`: the variable that names it; `limit`: bytes that it may have (EFBIG); `root`, `skill_id`: it is this root of it, or lies in that. */
  Io: {
    readonly action: string;
    readonly file: string;
    readonly code: string;
    readonly in_the_way?: string;
    readonly named_by?: string;
    readonly root?: string;
    readonly skill_id?: string;
    readonly limit?: number;
  };
}

export type PalyraErrorCode = keyof PalyraErrorDetails;

/** Narrows an unknown error to one code. */
export function isRefusal<Code extends PalyraErrorCode>(error: unknown, code: Code): error is PalyraError<Code> {
  return error instanceof PalyraError && error.code === code;
}

export class PalyraError<Code extends PalyraErrorCode = PalyraErrorCode> extends Error {
  readonly code: Code;
  readonly details: PalyraErrorDetails[Code];

  constructor(code: Code, details: PalyraErrorDetails[Code], options?: { readonly cause?: unknown }) {
    super(code, options);
    this.name = "PalyraError";
    this.code = code;
    this.details = details;
  }
}
