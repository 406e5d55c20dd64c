// The floor of a call over MCP: one tool of the official SDK in this process, which gives back what it is given. `bare-mcp.mjs stdio` or `http`, which
// prints its port.
import { createServer } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { createMcpHandler, fromJsonSchema, McpServer } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";

const schema = fromJsonSchema({ type: "object", required: ["text"], properties: { text: { type: "string" } } });

function serverOf() {
  const server = new McpServer({ name: "bare", version: "1.0.0" });
  server.registerTool("bench.echo.say", { description: "Says it again", inputSchema: schema, outputSchema: schema }, (input) => ({
    structuredContent: input,
    content: [{ type: "text", text: JSON.stringify(input) }],
  }));
  return server;
}

if (process.argv[2] === "stdio") serveStdio(serverOf);
else {
  const handler = createMcpHandler(serverOf);
  const http = createServer(getRequestListener((request) => handler.fetch(request)));
  http.listen(0, "127.0.0.1", () => process.stdout.write(`${http.address().port}\n`));
}
