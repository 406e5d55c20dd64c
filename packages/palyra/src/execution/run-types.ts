/** What a run is asked for, made of and comes to (spec 10). */
import type { Receipt } from "palyra-skills/receipt";
import type { Call } from "../call.ts";
import type { AskApproval, AuthorizePorts, LaunchPlan } from "./authorize.ts";
import type { LookAtGround } from "./ground.ts";
import type { KnownPlans } from "./known-plans.ts";
import type { CallOutcome } from "./pool/index.ts";
import type { PreparePorts } from "./prepare.ts";
import type { ReceiptDraft, ReceiptPorts } from "./receipts.ts";
import type { RunGate } from "./resolve.ts";
import type { RunningCalls } from "./running.ts";
import type { LaunchPermit } from "./start.ts";
import type { NamedTool, RunnableTool, ToolPorts } from "./tools.ts";

export type RunSurface = "terminal" | "api" | "mcp" | "library";

export interface RunToolRequest extends NamedTool {
  /** JSON text. */
  readonly input: Uint8Array;
  readonly surface: RunSurface;
  /** What an approval of a session is good for; never empty. */
  readonly session: string;
  /** Lowers the manifest's. */
  readonly maxFuel?: bigint | undefined;
  /** A yes that was given elsewhere, to the call that `ApprovalRequired` named: it is good for this one alone (T44). */
  readonly approval?: { readonly basis: string } | undefined;
}

export interface RunToolResult {
  readonly outcome: CallOutcome;
  readonly receipt: Receipt;
  readonly skill: { readonly skillId: string; readonly version: string; readonly artifactSha256: string };
  readonly toolId: string;
}

export type RunStep = "authorized" | "prepared" | "started";

export interface RunToolOptions {
  /** Absent: nobody can be asked. */
  readonly ask?: AskApproval | undefined;
  /** What the tool writes to stderr, as it comes: a stranger's text (T20, T44). */
  readonly onLog?: ((text: string) => void) | undefined;
  readonly onStep?: ((step: RunStep) => void) | undefined;
}

export interface RunToolPorts {
  readonly gate: RunGate;
  readonly tools: ToolPorts & { readonly newUlid: (now: number) => string };
  readonly authorize: AuthorizePorts;
  readonly plans: KnownPlans;
  readonly look: LookAtGround;
  readonly prepare: PreparePorts;
  readonly receipts: ReceiptPorts;
  readonly running: RunningCalls;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** What a run came to, and when. */
export interface RunEnd {
  readonly outcome: CallOutcome;
  /** Undefined: it was never started. */
  readonly permit: LaunchPermit | undefined;
  readonly startedAt: number;
  readonly finishedAt: number;
  /** Of its receipt, where that was begun. */
  readonly draft?: ReceiptDraft | undefined;
}

/** What runs tools for one process; its pool, its chain and its policies are kept. */
export interface Runner {
  /** The tools that may run now; it is told whose are left out. */
  list(call: Call): Promise<readonly RunnableTool[]>;
  /** The same, and nothing is told: between the writes of an install its skill lacks a verdict, and nobody need do anything about that. */
  peek(call: Call): Promise<readonly RunnableTool[]>;
  /** What `runTool` throws; `Io`, of which nothing is journaled, where the journal's disk is nearly full. */
  run(request: RunToolRequest, call: Call, options?: RunToolOptions): Promise<RunToolResult>;
  /** What a run would be decided by and could use; nothing is asked, kept or started. */
  plan(request: RunToolRequest, call: Call): Promise<LaunchPlan>;
  /** Ends what runs, and its processes. */
  close(): Promise<void>;
}
