// The floor of the daemon's API: the same HTTP library, answering each path with as many bytes as it is told on stdin.
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";

const app = new Hono();
for await (const line of createInterface({ input: process.stdin })) {
  const { method, path, body } = JSON.parse(line);
  if (path === undefined) break;
  app.on(method, path, () => new Response(body, { headers: { "content-type": "application/json" } }));
}
const server = createServer(getRequestListener(app.fetch));
server.listen(0, "127.0.0.1", () => process.stdout.write(`${server.address().port}\n`));
