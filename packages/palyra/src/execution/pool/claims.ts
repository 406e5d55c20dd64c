/**
 * What a process says of its call, held against what can be (spec 10.3, 10.7): it is signed into the receipt, and a process that something has taken over
 * can say anything. Time, output, log, uses and digests are the host's own; fuel, memory, the kind of the end, the exit code and whether a document fits
 * its schema are the process's word, within these bounds.
 */
import { MAX_CALL_BYTES } from "palyra-sandbox/host-messages";
import { MAX_FUEL, MAX_TABLE_ELEMENTS } from "palyra-sandbox/limits";
import type { Ended, OutcomeKind } from "palyra-sandbox/protocol";
import type { JsonObject } from "palyra-skills/encoding";
import type { SandboxJob } from "./types.ts";

/** Before anything of the module has run, and of a call that ran. */
const KINDS: { readonly [Phase in "preparing" | "running"]: readonly OutcomeKind[] } = {
  preparing: ["InvalidInput", "QuotaExceeded", "RuntimeFailure"],
  running: ["Ok", "QuotaExceeded", "CapabilityDenied", "InvalidInput", "RuntimeFailure"],
};
/** What only the host can know: of these the process never speaks. */
const OURS: ReadonlySet<unknown> = new Set(["process_died", "cancelled", "quarantined", "sandbox", "host"]);
const QUOTAS: ReadonlySet<unknown> = new Set(["fuel_budget", "max_memory_bytes", "table_elements", "output_bytes"]);

/** What cannot be; undefined: it may be so. @param told its details, read */
export function claimProblem(
  phase: "preparing" | "running",
  { kind, stdout, exitCode, fuel, memoryBytes }: Ended,
  told: JsonObject,
  job: SandboxJob,
): string | undefined {
  if (!KINDS[phase].includes(kind)) return "an outcome that is not its to tell";
  if (OURS.has(told["fault"])) return "a fault that is not its to tell";
  if (kind === "QuotaExceeded" && !QUOTAS.has(told["quota"])) return "a quota that is not its to tell";
  if (kind === "Ok" && (exitCode === undefined || (job.kind === "wasi" && exitCode !== 0))) return "an exit code that is none";
  if (memoryBytes > job.quotas.memoryBytes) return "more memory than it can have";
  if (phase === "preparing") {
    const isNothing = fuel === 0n && memoryBytes === 0 && stdout.length === 0 && exitCode === undefined;
    return isNothing ? undefined : "something used before anything ran";
  }
  const budget = job.quotas.fuel < MAX_FUEL ? job.quotas.fuel : MAX_FUEL;
  if (fuel > budget + beyond(job)) return "more fuel than it can use";
  const isSpent = kind === "QuotaExceeded" && told["quota"] === "fuel_budget";
  return isSpent && fuel < budget ? "fuel that is not spent" : undefined;
}

/** Frames on an engine's stack of a megabyte, at the most. */
const MOST_FRAMES = 65_536n;

/**
 * How far a call goes past its budget at most (spec 10.2): each function that is on the stack goes on to its end without a loop, an instruction taking
 * a byte at least; and one bulk operation, or what a host function moves.
 */
const beyond = ({ module, quotas }: SandboxJob): bigint =>
  MOST_FRAMES * BigInt(module.length) + BigInt(Math.max(quotas.memoryBytes, MAX_TABLE_ELEMENTS, MAX_CALL_BYTES));
