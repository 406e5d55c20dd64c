/** MCP over stdin and stdout: one client, which started this process; it ends when stdin does, and what was asked is answered. */
import type { Readable, Writable } from "node:stream";
import { type StdioServerHandle, serveStdio } from "@modelcontextprotocol/server/stdio";
import { quoted } from "../operations/wording/safe.ts";
import { LineTransport } from "./lines.ts";
import { type McpPorts, mcpServer } from "./server.ts";

/** Resolves when the client has gone, or `signal` says to stop. */
export async function serveOverStdio(ports: McpPorts, stdin: Readable, stdout: Writable, signal: AbortSignal): Promise<void> {
  const transport = new LineTransport(stdin, stdout);
  const stopped = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
  const told = new Set<() => void>();
  const handle: StdioServerHandle = serveStdio(
    () => {
      const server = mcpServer(ports);
      told.add(ports.host.onChange(() => void server.sendToolListChanged().catch(() => {})));
      return server;
    },
    { transport, onerror: (error) => ports.warn(`mcp: ${quoted(error.message, 400)}`) },
  );
  await Promise.race([transport.closed, stopped]);
  for (const end of told) end();
  await handle.close();
}
