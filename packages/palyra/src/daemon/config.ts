/** What a daemon is started with: options, variables and the files that they name, checked before anything is opened (spec 8). */
import { isIP } from "node:net";
import { PalyraError } from "../errors.ts";
import { readBounded } from "../files/index.ts";
import type { Environment } from "../settings.ts";
import { GOOD_TOKEN_LENGTH, readTokenFile, requireToken } from "./token.ts";

const DEFAULT_PORT = 7142;
const LOOPBACK = "127.0.0.1";
const MAX_PEM_BYTES = 1024 * 1024;

/** As typed; absent where not given. */
export interface DaemonOptions {
  readonly port?: string | undefined;
  readonly bind?: string | undefined;
  readonly tlsCert?: string | undefined;
  readonly tlsKey?: string | undefined;
  readonly adminTokenFile?: string | undefined;
  readonly mcpTokenFile?: string | undefined;
  readonly dev: boolean;
}

export interface DaemonConfig {
  readonly address: string;
  readonly port: number;
  readonly tls: { readonly certificate: string; readonly key: string } | undefined;
  /** Undefined with `--dev` alone: then whoever reaches it is let in. */
  readonly token: string | undefined;
  /** What opens `/mcp`, and nothing else. Undefined: there is no MCP, but with `--dev`, where everybody is let in. */
  readonly mcpToken: string | undefined;
  /** Safe to print. */
  readonly warnings: readonly string[];
}

/** `Usage`, `Io`. */
export async function readConfig(options: DaemonOptions, env: Environment): Promise<DaemonConfig> {
  const port = portOf(options.port);
  const address = addressOf(options.bind);
  const tls = await readTls(options);
  const isLocal = isLoopbackAddress(address);
  if (!isLocal && options.dev) throw usage("--dev is for this machine alone, and --bind names an address beyond it");
  // Spec 8: the token would cross the network readable.
  if (!isLocal && tls === undefined)
    throw usage(`--bind ${address} is beyond this machine, and there only TLS is spoken`, "give --tls-cert and --tls-key");
  const token = await tokenOf(options, env, isLocal);
  if (token === undefined && !options.dev)
    throw usage(
      "no admin token is set",
      "set PALYRA_ADMIN_TOKEN or name a file with --admin-token-file (openssl rand -hex 32 makes one); to try things out on this machine alone: --dev",
    );
  const mcpToken = await mcpTokenOf(options, env, isLocal);
  if (mcpToken !== undefined && mcpToken === token)
    throw usage("the MCP token is the admin token", "a client of MCP shall have no admin rights: give it a token of its own");
  const warnings =
    token === undefined || token.length >= GOOD_TOKEN_LENGTH
      ? []
      : [`the admin token has fewer than ${GOOD_TOKEN_LENGTH} characters: others on this machine may guess it`];
  return { address, port, tls, token, mcpToken, warnings };
}

function portOf(text: string | undefined): number {
  if (text === undefined) return DEFAULT_PORT;
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw usage(`--port ${JSON.stringify(text.slice(0, 20))} is no port`, "0 to 65535; 0 takes a free one");
}

function addressOf(text: string | undefined): string {
  if (text === undefined) return LOOPBACK;
  const address = text === "localhost" ? LOOPBACK : text.replace(/^\[(.*)\]$/, "$1");
  if (isIP(address) !== 0) return address;
  throw usage(
    `--bind ${JSON.stringify(text.slice(0, 80))} is no address`,
    "an IPv4 or IPv6 address of this machine, such as 127.0.0.1, ::1 or 0.0.0.0",
  );
}

function isLoopbackAddress(address: string): boolean {
  return address === "::1" || (isIP(address) === 4 && address.startsWith("127."));
}

async function readTls({ tlsCert, tlsKey }: DaemonOptions): Promise<DaemonConfig["tls"]> {
  if (tlsCert === undefined && tlsKey === undefined) return undefined;
  if (tlsCert === undefined || tlsKey === undefined) throw usage("--tls-cert and --tls-key belong together");
  return { certificate: await readPem("--tls-cert", tlsCert), key: await readPem("--tls-key", tlsKey) };
}

async function readPem(option: string, file: string): Promise<string> {
  const read = await readBounded(file, MAX_PEM_BYTES);
  const text = read.ok ? Buffer.from(read.bytes).toString("latin1") : "";
  if (text.includes("-----BEGIN ")) return text;
  throw usage(`${option} names no PEM file`);
}

async function tokenOf({ adminTokenFile }: DaemonOptions, env: Environment, isLocal: boolean): Promise<string | undefined> {
  if (adminTokenFile !== undefined)
    return requireToken(await readTokenFile(adminTokenFile), "the token in --admin-token-file", isLocal);
  const token = env["PALYRA_ADMIN_TOKEN"];
  return token === undefined || token === "" ? undefined : requireToken(token, "PALYRA_ADMIN_TOKEN", isLocal);
}

async function mcpTokenOf({ mcpTokenFile }: DaemonOptions, env: Environment, isLocal: boolean): Promise<string | undefined> {
  if (mcpTokenFile !== undefined)
    return requireToken(await readTokenFile(mcpTokenFile), "the token in --mcp-token-file", isLocal);
  const token = env["PALYRA_MCP_TOKEN"];
  return token === undefined || token === "" ? undefined : requireToken(token, "PALYRA_MCP_TOKEN", isLocal);
}

function usage(problem: string, hint?: string): PalyraError<"Usage"> {
  return new PalyraError("Usage", hint === undefined ? { problem } : { problem, hint });
}
