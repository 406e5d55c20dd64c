// Our MCP server over a host that answers at once: what the server itself costs, without a run. `stdio` or `http`, which prints its port.
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { getRequestListener, type HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import { Tokens } from "../../packages/palyra/src/http/auth.ts";
import { Guest } from "../../packages/palyra/src/http/guest.ts";
import { OpenQuestions, StreamableMcp, serveOverStdio, type ToolHost } from "../../packages/palyra/src/mcp/index.ts";

const schema = { type: "object", required: ["text"], properties: { text: { type: "string" } } } as const;
const tool = {
  id: "bench.echo.say",
  title: "say",
  description: "Says it again",
  inputSchema: schema,
  outputSchema: schema,
  skillId: "bench.echo",
  version: "1.0.0",
  publisher: "bench",
  uses: { hosts: [], writeRoots: [], sensitive: false },
};
const { skillId, version } = tool;
const ran = { skillId, version, artifactSha256: "ab".repeat(32), receipt: "01ARZ3NDEKTSV4RRFFQ69G5FAV", usage: { fuel: 1000n } };
const host: ToolHost = {
  list: async () => [tool],
  call: async ({ input }) => ({ kind: "ok", output: input, value: JSON.parse(input), ran }),
  onChange: () => () => {},
};
const ports = {
  host,
  principal: "mcp:bench",
  questions: new OpenQuestions(randomUUID),
  stateKey: new Uint8Array(32).fill(7),
  warn: () => {},
};

if (process.argv[2] === "stdio")
  await serveOverStdio({ ...ports, session: "bench" }, process.stdin, process.stdout, new AbortController().signal);
else {
  const mcp = new StreamableMcp({ ...ports, newSessionId: randomUUID, tick: () => performance.now() });
  const guest = new Guest({ tokens: new Tokens([], true), fetch: (request, peer) => mcp.fetch(request, peer) });
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.all("/mcp", ({ req, env }) => guest.answer(req.raw, env.incoming, env.outgoing, "r"));
  const http = createServer(getRequestListener(app.fetch));
  http.listen(0, "127.0.0.1", () => {
    const address = http.address();
    process.stdout.write(`${typeof address === "object" ? address?.port : 0}\n`);
  });
}
