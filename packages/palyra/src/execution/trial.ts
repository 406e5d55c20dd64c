/**
 * Running a module that is not installed (`dev`, op `sandbox`): in the same processes, under the same limits, with nothing of this host's - no secret, no
 * network, no receipt (spec 10). It is no way to an installed skill: nobody's permit is asked for, so nothing of a skill's is given.
 */
import { createHash } from "node:crypto";
import { ERRNO, HOST_ERROR, type HostReply, type HostRequest } from "palyra-sandbox/host-messages";
import type { CapabilityGrants } from "palyra-skills/capability";
import { readModule } from "palyra-skills/wasm";
import type { FuelMode } from "palyra-skills/wasm/metering";
import type { CallOutcome, HostAnswers, PrepareOptions, SandboxJob, SandboxPool, SandboxQuotas } from "./pool/index.ts";
import { START, toolKind } from "./tool-kind.ts";

export interface Trial {
  readonly module: Uint8Array;
  readonly input: Uint8Array;
  readonly quotas: SandboxQuotas;
  /** Where the module has no `_start`; default `run` (spec 10.4). */
  readonly entrypoint?: string;
  readonly toolId?: string;
  readonly skillId?: string;
  readonly inputSchema?: string;
  readonly outputSchema?: string;
  readonly grants?: CapabilityGrants;
  readonly fuelMode?: FuelMode;
  readonly clock?: SandboxJob["clock"];
  readonly random?: SandboxJob["random"];
  /** Folders that it may have, with who answers for them; default none. */
  readonly roots?: SandboxJob["roots"];
  readonly answers?: HostAnswers;
}

const NO_GRANTS: CapabilityGrants = { http_hosts: [], secret_keys: [], storage_prefixes: [], channels: [] };

/** Before the digest of a trial: no process that has served one serves an installed skill, or the other way round. */
const TRIAL = "trial:";

export async function runTrial(pool: SandboxPool, trial: Trial, options: PrepareOptions): Promise<CallOutcome> {
  const prepared = await pool.prepare(jobOf(trial), options);
  return "run" in prepared ? prepared.run(trial.answers ?? NOTHING_GRANTED) : prepared;
}

function jobOf(trial: Trial): SandboxJob {
  const digest = createHash("sha256").update(trial.module).digest("hex");
  const { toolId = "trial", skillId = "trial", grants = NO_GRANTS, fuelMode = "per_byte", roots = [] } = trial;
  return {
    skillId,
    toolId,
    artifactSha256: `${TRIAL}${digest}`,
    module: trial.module,
    moduleSha256: digest,
    ...entryOf(trial),
    input: trial.input,
    ...(trial.inputSchema === undefined ? {} : { inputSchema: trial.inputSchema }),
    ...(trial.outputSchema === undefined ? {} : { outputSchema: trial.outputSchema }),
    quotas: trial.quotas,
    fuelMode,
    grants,
    roots,
    clock: trial.clock ?? "real",
    random: trial.random ?? "real",
  };
}

const DEFAULT_ENTRYPOINT = "run";

/** Of what is no module the process says so. */
function entryOf({ module, entrypoint = DEFAULT_ENTRYPOINT }: Trial): Pick<SandboxJob, "kind" | "entrypoint"> {
  const reading = readModule(module);
  if (!reading.ok) return { kind: "wasi", entrypoint: START };
  const hasStart = reading.facts.exports.some(({ kind, name }) => kind === "function" && name === START);
  const name = hasStart ? START : entrypoint;
  return { kind: toolKind(reading.facts, name), entrypoint: name };
}

const NOTHING_GRANTED: HostAnswers = {
  handle: async (request) => refusal(request),
};

function refusal({ op }: HostRequest): HostReply {
  const isHost = op.startsWith("http_") || op.startsWith("secret_") || op.startsWith("storage_");
  return { code: isHost ? HOST_ERROR.denied : ERRNO.notcapable, value: 0n, bytes: new Uint8Array(0) };
}
