/** The composition root of the daemon: its parts come together here, are started in order, and are stopped in the opposite one (spec 8). */
import { X509Certificate } from "node:crypto";
import { resolve } from "node:path";
import { toHex } from "palyra-skills/encoding";
import type { Call } from "../call.ts";
import type { DaemonConfig } from "../daemon/config.ts";
import { asOnlyDaemon } from "../daemon/instance.ts";
import { Passes } from "../daemon/passes.ts";
import { startSchedule } from "../daemon/schedule.ts";
import {
  allRoutes,
  apiListener,
  EventStreams,
  Guest,
  type Health,
  type Listener,
  type Log,
  listen,
  Metrics,
  OwnHosts,
  STOP_GRACE_MS,
  State,
  Tokens,
} from "../http/index.ts";
import type { Home } from "../lifecycle/home.ts";
import { readHomeTrust, recoverForReading } from "../lifecycle/index.ts";
import { verifyJournal } from "../lifecycle/journal-head.ts";
import { prepareRoots } from "../lifecycle/state-root.ts";
import { Once } from "../once.ts";
import type { Services } from "../operations/services.ts";
import { challengeProof, ownerToken, type RunFile, removeRunFile, writeRunFile } from "../run-file/index.ts";
import { DEFAULT_DEVICE_ID, type Environment, type SettingsOptions } from "../settings.ts";
import { VERSION } from "../version.ts";
import { compose, LONG_LIVED } from "./compose.ts";
import { composeAuditor, DAEMON_PRINCIPAL } from "./compose-auditor.ts";
import { systemTimers } from "./timers.ts";

export interface DaemonParts {
  readonly options: SettingsOptions;
  readonly env: Environment;
  readonly config: DaemonConfig;
  /** Between two passes of the re-audit; 0: never. */
  readonly intervalMs: number;
  /** What was started, to be run as the thread that audits; absent: it is done on this one. */
  readonly program?: URL;
}

export interface DaemonHost {
  readonly log: Log;
  /** Called once, when requests are answered and the state has been read. */
  ready(url: string): void;
  /** Resolves when it is to stop, with the signal's name. */
  readonly stopped: Promise<string>;
}

/** Serves until it is told to stop. `DaemonRunning`, `ListenFailed`, and what reading the state throws. */
export async function serveDaemon(parts: DaemonParts, host: DaemonHost): Promise<void> {
  const services = compose(parts.options, parts.env, undefined, LONG_LIVED);
  await prepareRoots(services.home);
  await asOnlyDaemon(services.home.places.stateRoot, () => serve(parts, services, host));
}

async function serve(parts: DaemonParts, services: Services, host: DaemonHost): Promise<void> {
  const { home } = services;
  const { log } = host;
  const listener = await listen(parts.config);
  const callOf = callsOf(log);
  const state = new State(home, () => callOf(DAEMON, "daemon"));
  const streams = new EventStreams(state, systemTimers.elapsed);
  const auditor = composeAuditor(parts.options, parts.env, (text) => log.warn({ said: text }, "audit"), parts.program);
  const passes = new Passes(auditor);
  const health = healthOf(state, passes);
  const metrics = new Metrics({
    skills: async () => (await state.read()).counts(),
    streams: () => streams.count,
    ready: async () => (await health.now()).ready,
  });
  const run = runFileOf(listener, parts.config, services);
  const { token } = parts.config;
  const guest = guestOf(services, parts.config, log, callOf);
  try {
    const routes = await allRoutes({
      services,
      state,
      streams,
      auditor,
      metrics,
      health: health.now,
      prove: (nonce) => challengeProof(run.secret, nonce, run.url),
    });
    listener.answerBy(
      apiListener({
        routes,
        hosts: new OwnHosts(listeningOf(listener, parts.config)),
        tokens: new Tokens([ownerToken(run.secret), ...(token === undefined ? [] : [token])], token === undefined),
        state,
        metrics,
        ...(guest === undefined ? {} : { guest: guest.door }),
        log,
        newRequestId: requestIds(services),
        callOf,
        tick: systemTimers.elapsed,
      }),
    );
    await readEverything(home, state, callOf(DAEMON, "daemon"));
    health.isRead();
    await writeRunFile(home.places.stateRoot, run);
    const schedule = startSchedule({ intervalMs: parts.intervalMs, task: () => passes.run(log, metrics), timers: systemTimers });
    log.info({ version: VERSION, url: run.url, state_root: home.places.stateRoot, open: token === undefined }, "ready");
    for (const warning of parts.config.warnings) log.warn(warning);
    if (token === undefined) log.warn("--dev: whoever reaches this port on this machine is let in without a token");
    host.ready(run.url);
    log.info({ signal: await host.stopped }, "stopping");
    await removeRunFile(home.places.stateRoot);
    // No turn begins any more; the one that goes on ends with the auditor.
    const lastTurn = schedule.stop();
    streams.close();
    await guest?.close();
    await listener.stop(STOP_GRACE_MS);
    await auditor.close();
    await lastTurn;
  } finally {
    await removeRunFile(home.places.stateRoot);
    streams.close();
    await guest?.close();
    await listener.stop(0);
    await auditor.close();
    await state.close();
    // The journal's head stays behind then, which frees nothing.
    await services.close().catch((error: unknown) => log.warn({ error: String(error) }, "the journal's head could not be kept"));
  }
  log.info("stopped");
}

/** Absent where no token for it is set. What runs tools is loaded by the first that asks. */
function guestOf(
  services: Services,
  { mcpToken, token }: DaemonConfig,
  log: Log,
  callOf: ReturnType<typeof callsOf>,
): { readonly door: Guest; close(): Promise<void> } | undefined {
  const isOpen = token === undefined && mcpToken === undefined;
  if (mcpToken === undefined && !isOpen) return undefined;
  const serving = new Once(async () =>
    (await import("./compose-mcp.ts")).daemonMcp(services, {
      call: callOf(DAEMON, "mcp"),
      warn: (text) => log.warn({ said: text }, "mcp"),
      failed: (error) => log.error({ err: error }, "a call of a tool failed"),
    }),
  );
  const tokens = new Tokens(mcpToken === undefined ? [] : [mcpToken], isOpen);
  const door = new Guest({ tokens, fetch: async (request, peer) => (await serving.get()).mcp.fetch(request, peer) });
  return { door, close: async () => (await serving.made())?.close() };
}

const DAEMON = { principal: DAEMON_PRINCIPAL, deviceId: DEFAULT_DEVICE_ID, channel: null };

/** Calls of this moment, by whoever asks. */
function callsOf(log: Log) {
  const { signal } = new AbortController();
  return (caller: Pick<Call, "principal" | "deviceId" | "channel">, request_id: string): Call => ({
    ...caller,
    now: Date.now(),
    signal,
    progress: () => {},
    warn: (text) => log.warn({ request_id, said: text }, "warning"),
  });
}

/** Spec 8: ready only after the journal's chain and the trust store have been read. What was interrupted is finished before. */
async function readEverything(home: Home, state: State, call: Call): Promise<void> {
  await recoverForReading(home, call);
  await readHomeTrust(home, call);
  await verifyJournal(home);
  await state.read();
}

function healthOf(state: State, passes: Passes): { readonly now: () => Promise<Health>; isRead(): void } {
  let read = false;
  return {
    isRead: () => {
      read = true;
    },
    now: async () => {
      const problem = await state.read().then(
        () => undefined,
        (error: unknown) => codeOf(error),
      );
      const reasons = [...(read ? [] : ["Starting"]), ...[problem, passes.problem].filter((each) => each !== undefined)];
      return { ready: reasons.length === 0, reasons: [...new Set(reasons)] };
    },
  };
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "Internal";
}

function runFileOf(listener: Listener, config: DaemonConfig, { home, randomBytes }: Services): RunFile {
  const { skillsRoot, trustStore, journal } = home.places;
  const { tls } = config;
  return {
    url: listener.url,
    secret: toHex(randomBytes(32)),
    pid: process.pid,
    skillsDir: resolve(skillsRoot),
    trustStore: resolve(trustStore),
    journal: resolve(journal),
    ...(tls === undefined ? {} : { certificateSha256: fingerprintOf(tls.certificate) }),
  };
}

function fingerprintOf(pem: string): string {
  return new X509Certificate(pem).fingerprint256.replaceAll(":", "").toLowerCase();
}

function listeningOf({ port }: Listener, { address, tls }: DaemonConfig) {
  if (tls === undefined) return { scheme: "http", address, port } as const;
  return { scheme: "https", address, port, certificate: new X509Certificate(tls.certificate) } as const;
}

/** Not the same in two runs, and nothing that can be guessed from outside: what is logged is found by it. */
function requestIds({ randomBytes }: Services): () => string {
  const prefix = toHex(randomBytes(4));
  let last = 0;
  return () => {
    last += 1;
    return `${prefix}-${last.toString(36)}`;
  };
}
