/** What runs tools, made of a home and its settings: one a process, since its pool, its chain and its policies are kept (spec 10). */

import type { Call } from "../../call.ts";
import {
  findTool,
  KnownPlans,
  listStartable,
  planLaunch,
  type RunnableTool,
  type Runner,
  RunningCalls,
  type RunToolPorts,
  runTool,
  type SandboxPool,
  type StartableTools,
} from "../../execution/index.ts";
import { type DiskOf, requireRoom } from "../../journal/index.ts";
import { Once } from "../../once.ts";
import { parseReference } from "../../vault/index.ts";
import type { Services } from "../services.ts";
import { authorizingOf } from "./authorizing.ts";
import { leftOutOf } from "./left-out.ts";
import { receiptKeys } from "./receipt-keys.ts";
import { guardedPlaces } from "./root-places.ts";

export interface RunnerParts {
  /** Opens the pool; asked for at the first call. `SandboxUnavailable`. */
  readonly openPool: () => SandboxPool;
  /** One that was opened already; the runner closes it. */
  readonly pool?: SandboxPool | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** A test's own. */
  readonly diskOf?: DiskOf;
}

export async function openRunner(services: Services, { openPool, pool, now, diskOf }: RunnerParts): Promise<Runner> {
  const { home, openVault, randomBytes } = services;
  const { gate, tools, ports: authorize, look } = await authorizingOf(services);
  const { stateRoot } = home.places;
  let opened = pool;
  const told = new Set<string>();
  const ports: RunToolPorts = {
    gate,
    tools,
    authorize,
    plans: new KnownPlans(gate, look),
    look,
    prepare: {
      pool: () => {
        opened ??= openPool();
        return opened;
      },
      broker: {
        stateRoot,
        guarded: guardedPlaces(services),
        now,
        randomBytes,
        readSecret: async (reference) => {
          const name = parseReference(reference);
          return name === undefined ? undefined : (await (await openVault()).get(name))?.value;
        },
      },
    },
    receipts: once(receiptKeys(home)),
    running: new RunningCalls(gate, tools, now),
    now,
  };
  return {
    list: async (call) => startableOf(await listStartable(gate, tools, authorize, call), told, call),
    peek: async (call) => (await listStartable(gate, tools, authorize, call)).tools,
    run: async (request, call, options) => {
      requireRoom(home.places.journal, diskOf);
      return runTool(ports, request, call, options);
    },
    plan: async (request, call) => {
      const found = await findTool(gate, tools, request, call);
      const { surface, session, input, maxFuel } = request;
      const question = { toolId: found.toolId, surface, session, input, maxFuel };
      return planLaunch(authorize, await gate.resolve(found, call), question, call);
    },
    close: async () => {
      // Idle processes keep nobody alive: without this a command would end while it waits for their end, and say nothing.
      const waiting = setInterval(() => {}, KEEP_ALIVE_MS);
      try {
        await opened?.close();
      } finally {
        clearInterval(waiting);
      }
    },
  };
}

const KEEP_ALIVE_MS = 1000;

/** Of each skill whose tools are left out, its operator is told once. */
async function startableOf(startable: StartableTools, told: Set<string>, call: Call): Promise<readonly RunnableTool[]> {
  const left = await leftOutOf(startable);
  for (const { name, why } of left) {
    if (!told.has(name)) call.warn(`${name} is not among the tools: ${why}`);
    told.add(name);
  }
  // Who is audited or mended, and is left out again later, is told of again.
  for (const name of told) if (!left.some((each) => each.name === name)) told.delete(name);
  return startable.tools;
}

/** The host's keys are read from the vault once a process. */
function once({ signingKey, saltKey, ...rest }: ReturnType<typeof receiptKeys>): ReturnType<typeof receiptKeys> {
  const [signing, salt] = [new Once(signingKey), new Once(saltKey)];
  return { ...rest, signingKey: () => signing.get(), saltKey: () => salt.get() };
}
