/** A daemon in this process, on a free port; and one as it is shipped, as a process of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { request } from "node:http";
import { join } from "node:path";
import { bundleForNode } from "../../../../testing/bundle.ts";
import { atEndOfFile } from "../../../../testing/scratch.ts";
import { repositoryRoot } from "../../../../testing/shared.ts";
import { type DaemonOptions, readConfig } from "../../src/daemon/config.ts";
import { serveDaemon } from "../../src/entry/compose-daemon.ts";

export const TOKEN = "t0ken-of-the-tests-0123456789";
export const DEVICE = "01ARZ3NDEKTSV4RRFFQ69G5FAV";

export interface Daemon {
  readonly url: string;
  /** The fields of its log's lines. */
  readonly logged: readonly object[];
  stop(): Promise<void>;
}

export interface StartOptions {
  readonly options?: Partial<DaemonOptions>;
  readonly env?: { readonly [name: string]: string };
  readonly intervalMs?: number;
}

/** The state root is `<root>/state`, as `commandLine(root)` has it. */
export async function startDaemon(root: string, { options = {}, env = {}, intervalMs = 0 }: StartOptions = {}): Promise<Daemon> {
  const all = {
    HOME: root,
    PALYRA_VAULT_BACKEND: "encrypted_file",
    PALYRA_STATE_ROOT: join(root, "state"),
    PALYRA_ADMIN_TOKEN: TOKEN,
    ...env,
  };
  const config = await readConfig({ port: "0", dev: false, ...options }, all);
  const { promise: stopped, resolve: tellStop } = withResolvers<string>();
  const { promise: ready, resolve: tellReady } = withResolvers<string>();
  const logged: object[] = [];
  const note = (...line: readonly unknown[]): void =>
    void logged.push(...line.filter((each) => typeof each === "object" && each !== null));
  const log = { info: note, warn: note, error: note };
  const served = serveDaemon({ options: {}, env: all, config, intervalMs }, { log, stopped, ready: tellReady });
  const url = await Promise.race([ready, served.then(() => Promise.reject(new Error("it ended")))]);
  const daemon = {
    url,
    logged,
    stop: async () => {
      tellStop("test");
      await served;
    },
  };
  atEndOfFile(daemon.stop);
  return daemon;
}

function withResolvers<Value>(): { readonly promise: Promise<Value>; readonly resolve: (value: Value) => void } {
  let resolve: (value: Value) => void = () => {};
  const promise = new Promise<Value>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

export interface Reply {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly text: string;
  readonly json: { readonly [key: string]: unknown };
}

/** Headers of an ordinary admin request; each may be taken out with undefined. */
export const ADMIN = {
  authorization: `Bearer ${TOKEN}`,
  "x-palyra-principal": "user:ops",
  "x-palyra-device-id": DEVICE,
};

export interface Asking {
  readonly method?: string;
  readonly headers?: { readonly [name: string]: string | readonly string[] | undefined };
  /** An object is sent as JSON. */
  readonly body?: object | string;
}

/** One request over a connection of its own. */
export function ask(url: string, { method, headers = {}, body }: Asking = {}): Promise<Reply> {
  const sent = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
  const all = { ...(sent === undefined ? {} : { "content-type": "application/json" }), ...headers };
  const named = Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method: method ?? (sent === undefined ? "GET" : "POST"), agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("error", reject);
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: jsonOf(text) }),
      );
    });
    outgoing.on("error", reject);
    for (const [name, value] of named) outgoing.setHeader(name, value);
    outgoing.end(sent);
  });
}

export function admin(daemon: Daemon, path: string, asking: Asking = {}): Promise<Reply> {
  return ask(`${daemon.url}${path}`, { ...asking, headers: { ...ADMIN, ...asking.headers } });
}

function jsonOf(text: string): { readonly [key: string]: unknown } {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : {};
  } catch {
    return {};
  }
}

export interface DaemonProcess {
  readonly child: ChildProcess;
  /** Its ready line, or undefined where it ended before. */
  readonly ready: Promise<string | undefined>;
  readonly ended: Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>;
}

/** `palyrad` as a process; call it after `buildDaemon`. */
export type SpawnDaemon = (words: readonly string[], env: { readonly [name: string]: string }) => DaemonProcess;

/** Bundles the daemon once for a test file; `remove` when done. */
export async function buildDaemon(): Promise<{ readonly spawnDaemon: SpawnDaemon; remove(): Promise<void> }> {
  const bundle = await bundleForNode(join(repositoryRoot, "packages/palyra/src/entry/palyrad.ts"));
  const all: DaemonProcess[] = [];
  return {
    spawnDaemon: (words, env) => {
      const child = spawn(process.execPath, [bundle.file, ...words], {
        env: { PATH: process.env["PATH"] ?? "", PALYRA_VAULT_BACKEND: "encrypted_file", ...env },
        stdio: ["ignore", "pipe", "pipe"],
      });
      const daemon = watched(child);
      all.push(daemon);
      return daemon;
    },
    remove: async () => {
      for (const { child } of all) child.kill("SIGKILL");
      // Their folders are taken away next.
      await Promise.all(all.map(({ ended }) => ended));
    },
  };
}

function watched(child: ReturnType<typeof spawn>): DaemonProcess {
  let [stdout, stderr] = ["", ""];
  const ready = withResolvers<string | undefined>();
  child.stdout?.on("data", (chunk) => {
    stdout += String(chunk);
    if (stdout.includes("\n")) ready.resolve(stdout.slice(0, stdout.indexOf("\n")));
  });
  child.stderr?.on("data", (chunk) => {
    stderr += String(chunk);
  });
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) =>
    child.on("close", (code) => {
      ready.resolve(undefined);
      resolve({ code, stdout, stderr });
    }),
  );
  return { child, ready: ready.promise, ended };
}
