/** Clients of every kind that there is: over HTTP and over stdio in both revisions of MCP, and a program with `openHost`. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import type { openHost as OpenHost } from "../../packages/palyra/src/entry/open-host.ts";

export interface Answer {
  /** An outcome of spec 10.1, or the code of a refusal. */
  readonly kind: string;
  readonly text: string;
  readonly output: unknown;
  readonly receipt: string | undefined;
}

export interface Caller {
  readonly way: string;
  /** Of the process that it started, where it did. */
  readonly pid: number | undefined;
  call(tool: string, input: { readonly [name: string]: string }): Promise<Answer>;
  close(): Promise<void>;
}

export interface Places {
  readonly programs: string;
  readonly url: string;
  readonly mcpToken: string;
  readonly env: { readonly [name: string]: string };
}

const ERAS = { "2025": "legacy", "2026": { pin: "2026-07-28" } } as const;
type Era = keyof typeof ERAS;
/** Milliseconds. */
const PATIENCE = 300_000;

export const WAYS = ["HTTP, 2026", "HTTP, 2025", "stdio, 2026", "library", "HTTP, 2026", "HTTP, 2025", "stdio, 2025", "library"];

export async function openCaller(way: string, places: Places): Promise<Caller> {
  if (way === "library") return library(places);
  const era: Era = way.endsWith("2026") ? "2026" : "2025";
  return way.startsWith("HTTP") ? overHttp(era, places) : overStdio(era, places);
}

async function overHttp(era: Era, { url, mcpToken }: Places): Promise<Caller> {
  const requestInit = { headers: { authorization: `Bearer ${mcpToken}` } };
  const client = clientOf(era);
  await client.connect(new StreamableHTTPClientTransport(new URL("/mcp", url), { requestInit }));
  return callerOf(`HTTP, ${era}`, client, undefined);
}

async function overStdio(era: Era, { programs, env }: Places): Promise<Caller> {
  const args = [join(programs, "palyra.js"), "skills", "mcp"];
  const transport = new StdioClientTransport({ command: process.execPath, args, env: { ...env }, stderr: "inherit" });
  const client = clientOf(era);
  await client.connect(transport);
  return callerOf(`stdio, ${era}`, client, transport.pid ?? undefined);
}

const clientOf = (era: Era): Client =>
  new Client({ name: "soak", version: "1.0.0" }, { versionNegotiation: { mode: ERAS[era] } });

function callerOf(way: string, client: Client, pid: number | undefined): Caller {
  return {
    way,
    pid,
    close: () => client.close(),
    call: async (tool, input) => {
      const result = await client.callTool({ name: tool, arguments: input }, { timeout: PATIENCE });
      const text = result.content.flatMap((each) => (each.type === "text" ? [each.text] : []))[0] ?? "";
      const receipt: unknown = Object(result._meta?.["palyra.dev/run"]).receipt;
      return {
        kind: result.isError === true ? text.slice(0, text.indexOf(":")) : "Ok",
        text,
        output: result.structuredContent,
        receipt: typeof receipt === "string" ? receipt : undefined,
      };
    },
  };
}

async function library({ programs, env }: Places): Promise<Caller> {
  const { openHost }: { openHost: typeof OpenHost } = await import(pathToFileURL(join(programs, "index.js")).href);
  const host = openHost({ env });
  return {
    way: "library",
    pid: undefined,
    close: () => host.close(),
    call: async (tool, input) => {
      const { outcome, output, receipt, details } = await host.call(tool, input);
      return { kind: outcome, text: JSON.stringify(details, written), output, receipt: receipt.receipt_id };
    },
  };
}

const written = (_name: string, value: unknown): unknown => (typeof value === "bigint" ? String(value) : value);
