/** The composition root: clock, randomness, process and every implementation of a port come together here and nowhere else. */

import { homedir } from "node:os";
import type { FileIdentity } from "../authoring/index.ts";
import { PalyraError } from "../errors.ts";
import type { Runner, SandboxPool } from "../execution/index.ts";
import { io } from "../files/index.ts";
import { type Home, placesOf } from "../lifecycle/home.ts";
import { Once } from "../once.ts";
import type { ConformanceBodies, Services } from "../operations/services.ts";
import { nodePlatform } from "../platform/node.ts";
import { type Environment, resolveSettings, type SettingsOptions } from "../settings.ts";
import { type VaultDoor, vaultDoor } from "../vault/index.ts";
import { VERSION } from "../version.ts";
import { processInterruption } from "./interruption.ts";
import { journalsKeeping } from "./journals.ts";
import { terminalSession } from "./session.ts";
import { stdout } from "./streams.ts";
import { monotonicUlids } from "./ulid.ts";

/** Of the sources that this was built from; what is not built is another program with each version. */
export const CODE = process.env["PALYRA_CODE_DIGEST"] ?? VERSION;

/** What may be asked of the person at a terminal; absent where nobody may be asked (spec 5.2). */
export type AskSecret = (label: string) => Promise<Uint8Array>;

/** Of a process that lives long. */
export interface LongLived {
  /** Milliseconds: what runs come to is synced, and the heads of journals are kept, at most so often (spec 5.3). */
  readonly headsEveryMs: number;
}
/** One that does not know when its last call is over. Whoever has its services closes them. */
export const LONG_LIVED: LongLived = { headsEveryMs: 1000 };

/** Everything that operations work with. `Usage`, `JournalUnavailable`. */
export function compose(options: SettingsOptions, env: Environment, askSecret?: AskSecret, longLived?: LongLived): Services {
  const os = process.platform === "win32" ? "windows" : "posix";
  const settings = resolveSettings(options, env, { os, home: homedir() });
  const vault = vaultDoor({
    folder: settings.vaultDir.value,
    backend: settings.vaultBackend.value,
    passphraseFile: settings.vaultPassphraseFile.value,
    askSecret,
  });
  const records = recordsIn(vault);
  const journals = journalsKeeping(records, longLived?.headsEveryMs ?? 0);
  const home: Home = {
    places: placesOf(settings),
    platform: nodePlatform,
    newUlid: monotonicUlids(randomBytes),
    openJournal: journals.open,
    holdsSecret: async (scope, key) => (await import("../vault/holds.ts")).holdsSecret(vault, scope, key),
    records,
  };
  let runsAtOnce = false;
  const runner: Once<Runner> = new Once(() => openRunnerOf(services, longLived !== undefined, runsAtOnce));
  const services: Services = {
    home,
    settings,
    openVault: vault.open,
    readStdin: (limit) => readAll(process.stdin, "stdin", limit),
    stdinIsGiven,
    readDescriptor,
    ownOutputs,
    probeDaemon: async (run, signal) => (await import("../cli/own-daemon.ts")).probeDaemon(run, signal),
    runtime: { node: process.versions.node, program: process.argv[1], path: env["PATH"] ?? "", code: CODE },
    runner: (how) => {
      runsAtOnce = how?.runsAtOnce ?? false;
      return runner.get();
    },
    sandbox: openSandbox,
    interruption: processInterruption,
    session: () => terminalSession(env),
    randomBytes,
    sourceDateEpoch: env["SOURCE_DATE_EPOCH"],
    conformance: conformanceBodies(),
    serving: {
      mcp: async (call, names) =>
        (await import("./compose-mcp.ts")).serveMcp(compose(options, env, askSecret, LONG_LIVED), call, names),
    },
    close: journals.close,
  };
  return services;
}

/** `SandboxUnavailable`. */
async function openSandbox(): Promise<SandboxPool> {
  const { openSandboxPool } = await import("../execution/pool/index.ts");
  const { sandboxProgram } = await import("./sandbox-program.ts");
  return openSandboxPool({ program: sandboxProgram() });
}

/** Loaded by what runs tools alone. */
async function openRunnerOf(services: Services, isLongLived: boolean, runsAtOnce: boolean): Promise<Runner> {
  const { openSandboxPool } = await import("../execution/pool/index.ts");
  const { sandboxProgram } = await import("./sandbox-program.ts");
  const most = services.settings.sandboxCalls.value;
  // Who runs one tool needs one process: none is made ready for the next call.
  const idle = isLongLived ? {} : { idle: 0 };
  const openPool = (ahead = 0) =>
    openSandboxPool({ program: sandboxProgram(), ...idle, ahead, ...(most === undefined ? {} : { most }) });
  // It starts on another core while this one loads and reads; what keeps it from that is told to the call, where it comes to one.
  const pool = runsAtOnce ? ifItCan(() => openPool(1)) : undefined;
  try {
    const { openRunner } = await import("../operations/shared/runner.ts");
    return await openRunner(services, { openPool, pool, now: () => Date.now() });
  } catch (error) {
    await pool?.close();
    throw error;
  }
}

function ifItCan<Value>(open: () => Value): Value | undefined {
  try {
    return open();
  } catch {
    return undefined;
  }
}

/** The vault is opened by what reads trust or writes, and by nothing else: `list` never loads it. */
function recordsIn(vault: VaultDoor): Home["records"] {
  const opened = new Once(async () => (await import("../vault/records.ts")).vaultRecords(vault, () => Date.now()));
  return {
    get: async (key) => (await opened.get()).get(key),
    put: async (key, value) => (await opened.get()).put(key, value),
    replace: async (key, from, to) => (await opened.get()).replace(key, from, to),
  };
}

/** Loaded when it is used: most commands that only read need no random number. */
function randomBytes(size: number): Uint8Array {
  return new Uint8Array(process.getBuiltinModule("node:crypto").randomBytes(size));
}

/** The module is loaded by the commands that need it alone. */
function conformanceBodies(): ConformanceBodies {
  return {
    serve: async () => {
      const { serve } = await import("../conformance/index.ts");
      const { openSandboxPool } = await import("../execution/pool/index.ts");
      const { sandboxProgram } = await import("./sandbox-program.ts");
      let pool: ReturnType<typeof openSandboxPool> | undefined;
      const sandbox = () => {
        pool ??= openSandboxPool({ program: sandboxProgram() });
        return pool;
      };
      try {
        await serve(process.stdin, writeAnswer, { platform: nodePlatform, now: () => Date.now(), sandbox });
      } finally {
        await pool?.close();
      }
    },
    run: async (request) => (await import("../conformance/index.ts")).runConformance(request),
  };
}

/** Resolves when the answer has gone out: a slow reader holds up the requests, not our memory. */
function writeAnswer(line: string): Promise<void> {
  return new Promise((resolve, reject) => stdout.stream().write(line, (error) => (error ? reject(error) : resolve())));
}

function stdinIsGiven(): boolean {
  try {
    const stdin = process.getBuiltinModule("node:fs").fstatSync(0);
    return stdin.isFIFO() || stdin.isSocket() || stdin.isFile();
  } catch {
    return false; // It is closed.
  }
}

function ownOutputs(): readonly FileIdentity[] {
  const { fstatSync } = process.getBuiltinModule("node:fs");
  return [1, 2].flatMap((descriptor) => {
    try {
      const file = fstatSync(descriptor);
      return file.isFile() ? [{ dev: file.dev, ino: file.ino }] : [];
    } catch {
      return []; // It is closed.
    }
  });
}

async function readDescriptor(descriptor: number, limit: number): Promise<Uint8Array> {
  const file = `file descriptor ${descriptor}`;
  const stream = process.getBuiltinModule("node:fs").createReadStream("", { fd: descriptor });
  return io("read", file, () => readAll(stream, file, limit));
}

async function readAll(stream: AsyncIterable<unknown>, file: string, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of stream) {
    const bytes = chunk instanceof Uint8Array ? chunk : Buffer.from(String(chunk));
    total += bytes.byteLength;
    if (total > limit) throw new PalyraError("Io", { action: "read", file, code: "EFBIG", limit });
    chunks.push(bytes);
  }
  return new Uint8Array(Buffer.concat(chunks));
}
