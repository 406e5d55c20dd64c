/** Spec 10: the one way to run an installed skill's tool. */
import type { JsonObject } from "palyra-skills/encoding";
import type { Call } from "../call.ts";
import { type Authorized, authorize, basisOf, type LaunchPlan, planLaunch, stillAuthorized } from "./authorize.ts";
import type { Broker, CapabilityUse } from "./broker/index.ts";
import type { Asked } from "./ground.ts";
import type { KnownPlan } from "./known-plans.ts";
import type { CallOutcome } from "./pool/index.ts";
import { brokerOf, type Prepared, prepareCall, type ReadyCall } from "./prepare.ts";
import { beginReceipt, recordOutcome, recordRefusal } from "./record.ts";
import type { RunEnd, RunToolOptions, RunToolPorts, RunToolRequest, RunToolResult } from "./run-types.ts";
import { type LaunchPermit, openStart, recordStart, type StartPlace } from "./start.ts";
import { type FoundTool, findTool } from "./tools.ts";

/** What no refusal keeps from its end any more: that is an outcome, or the error that it could not be written. */
type Begun = () => Promise<RunToolResult>;

/**
 * Runs a tool. A refusal is an error, and is journaled: `NotEligible`, `VerdictMissing`, `PolicyDenied`, `ApprovalRequired`, `Declined`, and what
 * `findTool`, `RunGate.resolve` and the vault throw. What ran, or could not be prepared, has an outcome and a receipt.
 */
export async function runTool(
  ports: RunToolPorts,
  request: RunToolRequest,
  call: Call,
  given: RunToolOptions = {},
): Promise<RunToolResult> {
  const options = { ...given, onLog: heedless(given.onLog, call), onStep: onceEach(heedless(given.onStep, call)) };
  const known = ports.plans.of(request, call);
  const begun = known && (await beginKnown(ports, known, request, call, options));
  if (begun !== undefined) return begun();
  const { decided } = ports.gate.chain;
  const found = await findTool(ports.gate, ports.tools, request, call); // 1
  const about = { ...found, surface: request.surface };
  const run = await recordRefusal(ports, about, call, async (): Promise<Begun> => {
    const { plan, asked } = await planNow(ports, { ...found, decided }, request, call); // 2
    const vain = await endsUnasked(ports, plan, request, call);
    if (vain !== undefined) return () => recordOutcome(ports, { ...vain, request }, call);
    const authorized = await authorizeCall(ports, plan, request, call, options);
    const prepared = await prepareAuthorized(ports, authorized, request, call, options); // 3
    return begin(ports, { ...authorized, asked }, prepared, request, call, options);
  });
  return run();
}

/** What it rests on is looked at while its process prepares the call. Undefined: that is another thing by now, and nothing has started. */
async function beginKnown(
  ports: RunToolPorts,
  known: KnownPlan,
  request: RunToolRequest,
  call: Call,
  options: RunToolOptions,
): Promise<Begun | undefined> {
  return recordRefusal(ports, { ...known.found, surface: request.surface }, call, async () => {
    const authorized = await authorizeCall(ports, known.plan, request, call, options);
    let reading: Promise<StartPlace | undefined> | undefined;
    const meanwhile = (): void => {
      reading = placeOfKnown(ports, known);
    };
    const close = async (): Promise<void> => (await reading)?.journal.close();
    const prepared = await prepareAuthorized(ports, authorized, request, call, options, meanwhile).catch(async (error) => {
      await close();
      throw error;
    });
    const place = await (reading ?? placeOfKnown(ports, known));
    if (place !== undefined) return begin(ports, { ...authorized, asked: known.asked, place }, prepared, request, call, options);
    if (prepared.kind === "ready") prepared.call.cancel("cancelled");
    return undefined;
  });
}

/** Where it starts, if all is there as it was before. What goes wrong whoever asks anew is told. */
async function placeOfKnown(ports: RunToolPorts, known: KnownPlan): Promise<StartPlace | undefined> {
  const place = await openStart(ports.tools, known.plan.skill.folder).catch(() => undefined);
  if (place === undefined) return undefined;
  const isStill = await ports.plans.isStill(known, place.journal).catch(() => false);
  if (isStill) return place;
  await place.journal.close().catch(() => {});
  return undefined;
}

/** A call that may start: when that was asked, and where its start is written, where that is open already. */
interface Starting extends Authorized, Pick<KnownPlan, "asked"> {
  readonly place?: StartPlace;
}

/** Starts it, where it can start; what is answered ends it, and closes its broker. */
async function begin(
  ports: RunToolPorts,
  authorized: Starting,
  prepared: Prepared,
  request: RunToolRequest,
  call: Call,
  options: RunToolOptions,
): Promise<Begun> {
  const { plan, place } = authorized;
  if (prepared.kind === "ended") {
    await place?.journal.close();
    return () => recordOutcome(ports, { authorized, request, ...unstarted(ports, prepared.outcome) }, call);
  }
  const { principal, channel, signal } = call;
  const broker = await brokerOf(ports.prepare, plan, { principal, channel, signal }).catch(async (error) => {
    prepared.call.cancel("cancelled");
    await place?.journal.close();
    throw error;
  });
  let run: () => Promise<RunEnd>;
  try {
    run = await start(ports, authorized, prepared.call, broker, request, call, options); // 4
  } catch (error) {
    prepared.call.cancel("cancelled");
    await broker.close();
    throw error;
  }
  return async () => {
    try {
      const ended = await run();
      const outcome = broker.explain(ended.outcome);
      return await recordOutcome(ports, { authorized, request, ...ended, outcome, uses: broker.uses }, call); // 5
    } finally {
      await broker.close();
    }
  };
}

/** It ended before anything of the module ran. */
function unstarted({ now }: RunToolPorts, outcome: CallOutcome): RunEnd & { readonly uses: readonly CapabilityUse[] } {
  const at = now();
  return { outcome, permit: undefined, startedAt: at, finishedAt: at, uses: [] };
}

/** What fails in whoever is only told ends no call, and keeps no process. */
function heedless<Told>(tell: ((told: Told) => void) | undefined, call: Call): ((told: Told) => void) | undefined {
  if (tell === undefined) return undefined;
  return (told) => {
    try {
      tell(told);
    } catch (error) {
      try {
        call.warn(`What is told of the run could not be taken: ${error instanceof Error ? error.message : String(error)}`);
      } catch {}
    }
  };
}

/** A step is told once, though a call whose known plan holds no more is prepared anew. */
function onceEach<Step>(tell: ((step: Step) => void) | undefined): ((step: Step) => void) | undefined {
  const told = new Set<Step>();
  if (tell === undefined) return undefined;
  return (step) => {
    if (told.has(step)) return;
    told.add(step);
    tell(step);
  };
}

/** @param found with how far the chain had decided before it was searched for */
async function planNow(
  ports: RunToolPorts,
  { decided, ...found }: FoundTool & Pick<Asked, "decided">,
  request: RunToolRequest,
  call: Call,
): Promise<KnownPlan> {
  let isWarned = false;
  const warn = (text: string): void => {
    isWarned = true;
    call.warn(text);
  };
  const { version } = await ports.gate.entryOf(found);
  const asked = ports.plans.asking({ skillId: found.skillId, version });
  const skill = await ports.gate.resolvePrepared(found, { ...call, warn });
  const plan = await planLaunch(ports.authorize, skill, questionOf(found.toolId, request), { ...call, warn });
  const known = { found, plan, asked };
  // Whoever calls next is to be warned, too; and is to search anew where another may have come to offer the tool meanwhile (T27).
  if (!isWarned && asked.decided === decided) ports.plans.keep(request, call, known);
  return known;
}

async function authorizeCall(
  ports: RunToolPorts,
  plan: LaunchPlan,
  request: RunToolRequest,
  call: Call,
  { ask, onStep }: RunToolOptions,
): Promise<Authorized> {
  const { session, approval } = request;
  const authorized = await authorize(ports.authorize, plan, call, { ask, basis: approval?.basis, session });
  onStep?.("authorized");
  return authorized;
}

/** Nobody is asked whether a call may start that its own input or module keeps from starting, at once or later. Nothing of the module runs. */
async function endsUnasked(
  ports: RunToolPorts,
  plan: LaunchPlan,
  request: RunToolRequest,
  call: Call,
): Promise<Omit<Parameters<typeof recordOutcome>[1], "request"> | undefined> {
  const isAsked = plan.decision.kind === "approval" && plan.approval === undefined && request.approval?.basis !== basisOf(plan);
  if (!isAsked) return undefined;
  const authorized: Authorized = { plan, approved: "not_asked" };
  const prepared = await prepareAuthorized(ports, authorized, request, call, {});
  if (prepared.kind === "ended") return { authorized, ...unstarted(ports, prepared.outcome) };
  prepared.call.cancel("cancelled");
  return undefined;
}

const questionOf = (toolId: string, { surface, session, input, maxFuel }: RunToolRequest) => ({
  toolId,
  surface,
  session,
  input,
  maxFuel,
});

async function prepareAuthorized(
  ports: RunToolPorts,
  { plan }: Authorized,
  { input }: RunToolRequest,
  call: Call,
  { onLog, onStep }: RunToolOptions,
  meanwhile?: () => void,
): Promise<Prepared> {
  const more = { ...(onLog && { onLog }), ...(meanwhile && { meanwhile }) };
  const prepared = await prepareCall(ports.prepare, plan, input, { signal: call.signal, ...more });
  if (prepared.kind === "ready") onStep?.("prepared");
  return prepared;
}

/** Nothing of the module runs before the start is journaled, by what counts at that moment (T33). */
async function start(
  ports: RunToolPorts,
  authorized: Starting,
  ready: ReadyCall,
  broker: Broker,
  request: RunToolRequest,
  call: Call,
  { onStep }: RunToolOptions,
): Promise<() => Promise<RunEnd>> {
  const startedAt = ports.now();
  const { place } = authorized;
  const { skill, tool } = authorized.plan;
  const now: Call = { ...call, now: startedAt };
  const about: JsonObject = { tool_id: tool.id, surface: request.surface, approved: authorized.approved };
  const again = () => stillAuthorized(ports.authorize, authorized, questionOf(tool.id, request), now);
  const ground = { asked: authorized.asked, look: ports.look };
  const permit = await recordStart(ports.gate, ports.tools, skill, now, { about, again, ground, place });
  onStep?.("started");
  return () => runStarted(ports, { plan: authorized.plan, ready, broker, permit, startedAt }, request, call);
}

async function runStarted(
  ports: RunToolPorts,
  started: {
    readonly plan: LaunchPlan;
    readonly ready: ReadyCall;
    readonly broker: Broker;
    readonly permit: LaunchPermit;
    readonly startedAt: number;
  },
  request: RunToolRequest,
  call: Call,
): Promise<RunEnd> {
  const { plan, ready, broker, permit, startedAt } = started;
  const { skillId, version, artifact } = plan.skill;
  const stopWatching = ports.running.watch({ skillId, version, artifact, call, stop: () => ready.cancel("quarantined") });
  try {
    const running = ready.launch(permit, broker);
    // Meanwhile. Without it the receipt is begun at the end, where what is wrong is told.
    const draft = await beginReceipt(ports, request.input).catch(() => undefined);
    return { outcome: await running, permit, startedAt, finishedAt: ports.now(), draft };
  } finally {
    stopWatching();
  }
}
