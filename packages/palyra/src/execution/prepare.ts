/** Spec 10, step 3: the call as its process gets it, and the way from a permit to its run. */
import type { VerifiedArtifact } from "palyra-skills/artifact";
import { entryOfModule } from "palyra-skills/audit";
import { capabilityGrants } from "palyra-skills/capability";
import { encodeUtf8, writeJson } from "palyra-skills/encoding";
import type { Tool } from "palyra-skills/manifest";
import { readModule } from "palyra-skills/wasm";
import { mayRead } from "../policy/index.ts";
import type { LaunchPlan } from "./authorize.ts";
import { type Broker, type BrokerOptions, brokerGrants, openBroker } from "./broker/index.ts";
import type {
  CallOutcome,
  CancelReason,
  HostAnswers,
  PreparedCall,
  PrepareOptions,
  SandboxJob,
  SandboxPool,
} from "./pool/index.ts";
import { LaunchPermit } from "./start.ts";
import { START, toolKind } from "./tool-kind.ts";

export interface PreparePorts {
  readonly pool: () => SandboxPool;
  /** What of the broker's options is the same for every call: folders, clock, randomness; and the vault's secrets. */
  readonly broker: Pick<BrokerOptions, "stateRoot" | "guarded" | "now" | "randomBytes"> & {
    readonly readSecret: BrokerOptions["secrets"]["read"];
  };
}

/** Who calls, for secrets of `principal:` and `channel:` scopes; and the end of the call. */
export type Caller = Pick<BrokerOptions, "principal" | "channel" | "signal">;

/** Prepared, and nothing of the module has run. Only a permit of the very same artifact starts it. */
export class ReadyCall {
  readonly #call: PreparedCall;
  readonly #artifactSha256: string;

  constructor(call: PreparedCall, artifactSha256: string) {
    this.#call = call;
    this.#artifactSha256 = artifactSha256;
  }

  /** Spec 10, step 5. */
  launch(permit: LaunchPermit, answers: HostAnswers): Promise<CallOutcome> {
    if (permit.skill.artifactSha256 !== this.#artifactSha256 || !LaunchPermit.spend(permit))
      throw new TypeError("a call starts by a permit of its own artifact, and by one that nothing has started by");
    return this.#call.run(answers);
  }

  cancel(reason: CancelReason): void {
    this.#call.cancel(reason);
  }
}

/** What came of preparing: a call that can start, or the outcome with which it ended already. */
export type Prepared =
  | { readonly kind: "ready"; readonly call: ReadyCall }
  | { readonly kind: "ended"; readonly outcome: CallOutcome };

/** What is ready its caller launches or cancels. `SandboxUnavailable`. */
export async function prepareCall(
  ports: Pick<PreparePorts, "pool">,
  plan: LaunchPlan,
  input: Uint8Array,
  options: PrepareOptions,
): Promise<Prepared> {
  const prepared = await ports.pool().prepare(jobOf(plan, input), options);
  if (!("run" in prepared)) return { kind: "ended", outcome: prepared };
  return { kind: "ready", call: new ReadyCall(prepared, plan.skill.artifactSha256) };
}

/** What answers a call that is about to start; its caller closes it. It makes folders of roots that are not there. `UnsafeStateRoot`, `Io`. */
export function brokerOf({ broker }: Pick<PreparePorts, "broker">, plan: LaunchPlan, caller: Caller): Promise<Broker> {
  const { readSecret: read, stateRoot, guarded, now, randomBytes } = broker;
  const { principal, channel, signal } = caller;
  const { skillId } = plan.skill;
  const { roots, http, secrets } = grantsOf(plan.skill.artifact, plan.granted);
  const { granted, global, insertions } = secrets;
  const ofSecrets = { granted, global, insertions, read };
  return openBroker({
    stateRoot,
    guarded,
    now,
    randomBytes,
    principal,
    channel,
    signal,
    skillId,
    roots,
    http,
    secrets: ofSecrets,
  });
}

function jobOf({ skill, tool, module, quotas, granted }: LaunchPlan, input: Uint8Array): SandboxJob {
  const { grants, roots, clock, random } = grantsOf(skill.artifact, granted);
  return {
    skillId: skill.skillId,
    toolId: tool.id,
    artifactSha256: skill.artifactSha256,
    module: module.bytes,
    moduleSha256: module.sha256,
    ...fixedOf(skill.artifact, tool, module.bytes),
    input,
    quotas,
    fuelMode: "per_byte",
    grants,
    roots: roots.map(({ name, write }) => ({ name, write })),
    clock,
    random,
  };
}

/** Spec 10.4: the operator may freeze the clock and seed the randomness. */
function surroundingsOf({ fixed }: LaunchPlan["granted"]): Pick<SandboxJob, "clock" | "random"> {
  const { clock_unix_ms: frozenUnixMs, seed } = fixed;
  return {
    clock: frozenUnixMs === undefined ? "real" : { frozenUnixMs },
    random: seed === undefined ? "real" : { seed: encodeUtf8(seed) },
  };
}

type Fixed = Pick<SandboxJob, "kind" | "entrypoint" | "inputSchema" | "outputSchema">;

/** What a skill may do through its broker and its process. */
interface Granted extends ReturnType<typeof brokerGrants>, Pick<SandboxJob, "grants" | "clock" | "random"> {}

/** The last that was asked for, of each artifact: the operator's grants are the same object while they are the same. */
const ofGrants = new WeakMap<VerifiedArtifact, { readonly granted: LaunchPlan["granted"]; readonly made: Granted }>();

function grantsOf(artifact: VerifiedArtifact, granted: LaunchPlan["granted"]): Granted {
  const known = ofGrants.get(artifact);
  if (known?.granted === granted) return known.made;
  const { manifest } = artifact;
  const grants = capabilityGrants(manifest);
  const made = {
    ...brokerGrants(manifest, granted),
    grants: { ...grants, secret_keys: grants.secret_keys.filter((name) => mayRead(name, granted)) },
    ...surroundingsOf(granted),
  };
  ofGrants.set(artifact, { granted, made });
  return made;
}

/** What is the same for every call of a tool of these very bytes: no module is read twice. */
const ofTools = new WeakMap<VerifiedArtifact, Map<string, Fixed>>();

function fixedOf(artifact: VerifiedArtifact, tool: Tool, module: Uint8Array): Fixed {
  const known = ofTools.get(artifact) ?? new Map<string, Fixed>();
  ofTools.set(artifact, known);
  const found = known.get(tool.id) ?? {
    ...entryOf(module, artifact.manifest),
    inputSchema: writeJson(tool.input_schema),
    outputSchema: writeJson(tool.output_schema),
  };
  known.set(tool.id, found);
  return found;
}

/** Of the bytes that passed the audit; what is no module its process refuses. */
function entryOf(
  bytes: Uint8Array,
  manifest: LaunchPlan["skill"]["artifact"]["manifest"],
): Pick<SandboxJob, "kind" | "entrypoint"> {
  const reading = readModule(bytes);
  if (!reading.ok) return { kind: "wasi", entrypoint: START };
  const entrypoint = entryOfModule(reading.facts, manifest).name;
  return { kind: toolKind(reading.facts, entrypoint), entrypoint };
}
