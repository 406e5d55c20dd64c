/** MCP over stdin and stdout: one client, which started this process; it ends when stdin does. */
import type { Readable, Writable } from "node:stream";
import { type StdioServerHandle, StdioServerTransport, serveStdio } from "@modelcontextprotocol/server/stdio";
import { quoted } from "../operations/wording/safe.ts";
import { type McpPorts, mcpServer } from "./server.ts";

/** Bytes of one message. */
export const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;

/** Resolves when the client has gone, or `signal` says to stop. */
export async function serveOverStdio(ports: McpPorts, stdin: Readable, stdout: Writable, signal: AbortSignal): Promise<void> {
  const transport = new StdioServerTransport(stdin, stdout, { maxBufferSize: MAX_MESSAGE_BYTES });
  const gone = new Promise<void>((resolve) => {
    stdin.once("end", resolve);
    stdin.once("close", resolve);
    stdout.once("error", () => resolve());
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
  const told = new Set<() => void>();
  const handle: StdioServerHandle = serveStdio(
    () => {
      const server = mcpServer(ports);
      told.add(ports.host.onChange(() => void server.sendToolListChanged().catch(() => {})));
      return server;
    },
    { transport, onerror: (error) => ports.warn(`mcp: ${quoted(error.message, 400)}`) },
  );
  await gone;
  for (const end of told) end();
  await handle.close();
}
