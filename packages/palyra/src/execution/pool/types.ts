/** What is asked of a pool of sandbox processes, and what comes of a call (spec 10.1). */
import type { HostReply, HostRequest } from "palyra-sandbox/host-messages";
import type { GrantedRoot, OutcomeKind, ToolKind } from "palyra-sandbox/protocol";
import type { CapabilityGrants } from "palyra-skills/capability";
import type { JsonObject } from "palyra-skills/encoding";
import type { FuelMode } from "palyra-skills/wasm/metering";

export interface SandboxQuotas {
  readonly fuel: bigint;
  /** Linear memory, all memories together. */
  readonly memoryBytes: number;
  /** From the first byte of the call that its process reads; it stands still between preparing and running. */
  readonly wallMs: number;
}

export interface SandboxJob {
  readonly skillId: string;
  readonly toolId: string;
  /** A process serves one digest for as long as it lives. */
  readonly artifactSha256: string;
  readonly module: Uint8Array;
  readonly moduleSha256: string;
  readonly kind: ToolKind;
  /** Spec 10.4. */
  readonly entrypoint: string;
  /** JSON text; the process looks at it. */
  readonly input: Uint8Array;
  /** JSON texts, checked in the process. */
  readonly inputSchema?: string;
  readonly outputSchema?: string;
  readonly quotas: SandboxQuotas;
  readonly fuelMode: FuelMode;
  readonly grants: CapabilityGrants;
  readonly roots: readonly GrantedRoot[];
  readonly clock: "real" | { readonly frozenUnixMs: number };
  readonly random: "real" | { readonly seed: Uint8Array };
}

/** Absent where nobody knows: a process that was ended from outside says nothing more. */
export interface Used {
  readonly fuel?: bigint;
  readonly memoryBytes?: number;
  readonly wallMs: number;
  readonly outputBytes: number;
}

export interface CallOutcome {
  readonly kind: OutcomeKind;
  /** Which quota and how much, which capability, which fault and where. */
  readonly details: JsonObject;
  readonly stdout: Uint8Array;
  /** What it wrote to stderr, as far as it is kept; a stranger's text (T20, T44). */
  readonly log: string;
  readonly exitCode?: number;
  readonly used: Used;
  readonly allowed: SandboxQuotas;
}

/** Nothing of the module has run. Either is called once, or the process stays taken. */
export interface PreparedCall {
  run(answers: HostAnswers): Promise<CallOutcome>;
  /** At once; the outcome follows within 50 ms. One that does not run costs no process. */
  cancel(reason: CancelReason): void;
}
export type CancelReason = "cancelled" | "quarantined";

/** What answers the questions of a running tool. It believes nothing of them. */
export interface HostAnswers {
  handle(request: HostRequest): Promise<HostReply>;
}

export interface PrepareOptions {
  readonly signal: AbortSignal;
  /** stderr as it comes. */
  readonly onLog?: (text: string) => void;
  /** Called once its process has been told, and is at it. */
  readonly meanwhile?: () => void;
}

export interface SandboxPool {
  /** Spec 10, step 3: input, check, meter, compile, all in the process. An outcome where that already fails. `SandboxUnavailable`. */
  prepare(job: SandboxJob, options: PrepareOptions): Promise<PreparedCall | CallOutcome>;
  /** Ends what runs, and waits until every process is gone. */
  close(): Promise<void>;
}
