/** MCP over this home's skills: for one client on stdin and stdout, or for those that ask a daemon (spec 10.6). */
import { toHex } from "palyra-skills/encoding";
import type { Call } from "../call.ts";
import type { Runner } from "../execution/index.ts";
import { type NameKind, OpenQuestions, RunnerHost, type RunnerHostPorts, StreamableMcp, serveOverStdio } from "../mcp/index.ts";
import type { Services } from "../operations/services.ts";
import { changedSince } from "../operations/shared/changed-since.ts";
import { typedAtStart } from "../operations/wording/typed.ts";
import { HomeMark } from "./home-mark.ts";
import { requirePolicies } from "./require-policies.ts";
import { stdout } from "./streams.ts";
import { systemTimers } from "./timers.ts";

/** Whoever holds the daemon's token for MCP; the header `x-palyra-principal` is for admins. */
const MCP_PRINCIPAL = "mcp:client";

interface Voice {
  readonly call: Call;
  readonly warn: (text: string) => void;
  readonly failed: (error: unknown) => void;
}

/** Serves until stdin ends or the process is told to stop; what runs then is ended. */
export async function serveMcp(services: Services, call: Call, names: NameKind): Promise<void> {
  const stop = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stop.abort());
  await requirePolicies(services.settings, services.home);
  const runner = await services.runner();
  const warn = (text: string): void => void process.stderr.write(`${text}\n`);
  const failed = (error: unknown): void => warn(`mcp: a call failed: ${error instanceof Error ? error.name : "unknown"}`);
  const { principal } = call;
  const ports = {
    host: hostOf(services, runner, { principal, isShared: false }, { call, warn, failed }),
    principal,
    names,
    ...questionsOf(services),
    warn,
  };
  try {
    await serveOverStdio({ ...ports, session: newId(services) }, process.stdin, stdout.stream(), stop.signal);
  } finally {
    await runner.close();
    await services.close();
  }
}

/** What a daemon answers at `/mcp`. */
export async function daemonMcp(
  services: Services,
  voice: Voice,
): Promise<{ readonly mcp: StreamableMcp; close(): Promise<void> }> {
  const runner = await services.runner();
  const mcp = new StreamableMcp({
    host: hostOf(services, runner, { principal: MCP_PRINCIPAL, isShared: true }, voice),
    principal: MCP_PRINCIPAL,
    ...questionsOf(services),
    newSessionId: () => newId(services),
    tick: systemTimers.elapsed,
    warn: voice.warn,
  });
  return {
    mcp,
    close: async () => {
      await mcp.close();
      await runner.close();
    },
  };
}

function hostOf(
  { home, settings }: Services,
  runner: Runner,
  clients: Pick<RunnerHostPorts, "principal" | "isShared">,
  { call, failed }: Voice,
): RunnerHost {
  const files = new HomeMark(home.places, settings);
  return new RunnerHost({
    runner,
    ...clients,
    callOf: (caller, signal) => ({ ...withoutAsking(call), principal: caller, signal, now: Date.now() }),
    mark: () => files.look(),
    saidBefore: ({ subject }) => changedSince(home, subject),
    typed: typedAtStart(settings),
    failed,
  });
}

/** Nobody at a terminal is asked for what a model wants (T44). */
function withoutAsking({ ask: _ask, askSecret: _askSecret, tell: _tell, ...call }: Call): Call {
  return { ...call, progress: () => {} };
}

const questionsOf = (services: Services) => ({
  questions: new OpenQuestions(() => newId(services)),
  stateKey: services.randomBytes(32),
});

const newId = ({ randomBytes }: Services): string => toHex(randomBytes(16));
