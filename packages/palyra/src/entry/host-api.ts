/** What `openHost` gives: the tools of a state root for a program, with nothing of the command line about it (spec 10). */

import type { JsonObject, JsonValue } from "palyra-skills/encoding";
import type { Receipt } from "palyra-skills/receipt";
import type { RunnableTool, Runner } from "../execution/index.ts";
import type { ApprovalScope } from "../policy/index.ts";
import type { Environment, SettingsOptions } from "../settings.ts";
import type { AskSecret } from "./compose.ts";

/** Where things lie and who asks: as the options of the same names of the command line, and its variables where one is absent. */
export interface HostOptions extends Omit<SettingsOptions, "url" | "token"> {
  /** Default `process.env`. */
  readonly env?: Environment | undefined;
  /** What an approval `session` is good for; default: this host alone, until it is closed. */
  readonly session?: string | undefined;
  /** Asked for the vault's passphrase where it has one that no file holds; absent: `VaultUnavailable` then. */
  readonly askSecret?: AskSecret | undefined;
  /** A remark for the operator, one sentence; default `process.emitWarning`. */
  readonly onWarning?: ((text: string) => void) | undefined;
}

/**
 * Runs the tools of one state root. A program opens one, keeps it - its processes are warm then - and closes it.
 *
 * What is refused is thrown: a `PalyraError`, or core's `SkillError` where an artifact itself is at fault; each has a `code` of a closed union and
 * `details` of that code. What ran, or was to run, is answered: see `CallResult`. After `close`, and for arguments that are none: `Usage`.
 */
export interface Host {
  /** The tools that may run now, by their ids; words and schemas in them are their publisher's. `IndexInvalid`, `JournalChainBroken`, `Io`. */
  tools(): Promise<readonly HostTool[]>;
  /**
   * Runs a tool, as `palyra skills run` does: decided, in a process of its own, within the signed quotas, journaled, with a receipt.
   * `UnknownTool`, `AmbiguousTool`, `NotInstalled`, `NotEligible`, `VerdictMissing`, `EngineUnsupported`, `PolicyDenied`, `ApprovalRequired`, `Declined`, `PolicyInvalid`,
   * `AuthorizationRecordInvalid`, `ArtifactDigestMismatch`, `JournalUnavailable`, `JournalChainBroken`, `VaultUnavailable`, `SandboxUnavailable`, …
   * @param tool the id of a tool, its `modelName`, or the id of a skill that has one tool
   * @param input held against the tool's input schema; at most 1 MiB as JSON. Integers beyond 2^53 are bigints
   */
  call(tool: string, input?: JsonValue, options?: CallOptions): Promise<CallResult>;
  /** What `call` would be decided by and could use. Nothing is asked, kept, journaled or started; refuses as `call`, but for policies and approvals. */
  plan(tool: string, input?: JsonValue, options?: PlanOptions): Promise<CallPlan>;
  /**
   * Calls back when `tools` answers something else, within half a second, whichever process changed it: an install, a quarantine, an update; within two
   * where an audit policy or a feed did, and half a minute where one artifact of ten thousand was changed. Looks only
   * while somebody listens; keeps no process alive. The result ends it.
   */
  onChange(listener: () => void): () => void;
  /** Ends what runs (`RuntimeFailure`, `fault: "cancelled"`), and every process; resolves when all are gone. A second time does nothing more. */
  close(): Promise<void>;
}

/** `capabilities` and `risk` as the signed manifest has them; the schemas, too, but that an integer that no number holds is the nearest one. */
export type HostTool = RunnableTool;

export interface PlanOptions {
  /** Where several skills have the tool. */
  readonly skill?: string | undefined;
  /** Default: the skill's current one. */
  readonly version?: string | undefined;
  /** Who asks; policies, approvals, the journal and the receipt know it. Default: the host's. */
  readonly principal?: string | undefined;
  /** Units of fuel at most; lowers the manifest's, never raises. */
  readonly maxFuel?: bigint | undefined;
}

export interface CallOptions extends PlanOptions {
  /** Ends the call, wherever it is; what has begun to run ends as `RuntimeFailure`, `fault: "cancelled"`. */
  readonly signal?: AbortSignal | undefined;
  /** What the tool writes to stderr, as it comes: a stranger's text, not escaped. */
  readonly onLog?: ((text: string) => void) | undefined;
  /** The launch is permitted; its module is checked, metered and compiled; its start is journaled. */
  readonly onStep?: ((step: "authorized" | "prepared" | "started") => void) | undefined;
  /**
   * Asked where a person must say yes first: for how long the yes is good, or undefined for no (`Declined`). The signal tells that the call ended.
   * Absent: `ApprovalRequired`.
   */
  readonly approve?: ((question: ApprovalQuestion, signal: AbortSignal) => Promise<ApprovalScope | undefined>) | undefined;
}

/** What a person is asked. */
export interface ApprovalQuestion {
  readonly toolId: string;
  readonly skillId: string;
  readonly version: string;
  readonly publisher: string;
  readonly artifactSha256: string;
  /** What it may use, a line each: `secret=skill:acme.echo/token`. */
  readonly grants: readonly string[];
  /** The host's own lines for a person, strings of strangers in them quoted, escaped and bounded (T20, T44); and its question. */
  readonly context: readonly string[];
  readonly question: string;
}

/** How a call that was permitted ended (spec 10.1). */
export interface CallResult {
  readonly outcome: "Ok" | "QuotaExceeded" | "TimedOut" | "CapabilityDenied" | "InvalidInput" | "RuntimeFailure";
  /** Which quota and how much, which capability, which fault and where; empty for `Ok`. */
  readonly details: JsonObject;
  /** What it wrote to stdout, as JSON: a stranger's, held against the output schema and not to be believed. Null where it is no JSON, or not `Ok`. */
  readonly output: JsonValue;
  /** The same as bytes, at most 1 MiB. */
  readonly stdout: Uint8Array;
  /** What it wrote to stderr, at most 64 KiB: a stranger's text. */
  readonly log: string;
  readonly exitCode: number | undefined;
  /** Absent where its process was ended from outside: nobody knows then. */
  readonly used: { readonly fuel?: bigint; readonly memoryBytes?: number; readonly wallMs: number; readonly outputBytes: number };
  readonly allowed: Quotas;
  readonly toolId: string;
  readonly skillId: string;
  readonly version: string;
  readonly artifactSha256: string;
  /** Signed by this host, and journaled; `verifyReceipt` of `palyra-skills/receipt` checks it offline. */
  readonly receipt: Receipt;
}

/** Units of fuel, bytes, milliseconds. */
export interface Quotas {
  readonly fuel: bigint;
  readonly memoryBytes: number;
  readonly wallMs: number;
}

export interface CallPlan {
  readonly toolId: string;
  readonly skillId: string;
  readonly version: string;
  readonly artifactSha256: string;
  /** Its path in the artifact. */
  readonly module: string;
  /** `approval`: once a person says yes, or at once where `isApproved`. */
  readonly decision: "allowed" | "approval" | "denied";
  /** An approval that fits is kept. */
  readonly isApproved: boolean;
  /** Each thing that policies are asked about, and which of them say what. */
  readonly requests: Awaited<ReturnType<Runner["plan"]>>["decision"]["asked"];
  readonly grants: readonly string[];
  readonly quotas: Quotas;
}
