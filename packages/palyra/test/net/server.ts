import type { RequestListener } from "node:http";
import { createServer } from "node:https";
import { afterEach } from "vitest";
import { CERTIFICATE, PRIVATE_KEY } from "./certificate.ts";

const open: ReturnType<typeof createServer>[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** An https server on a free port of this machine until the test ends; its address without a path. */
export async function httpsServer(listener: RequestListener): Promise<string> {
  const server = createServer({ key: PRIVATE_KEY, cert: CERTIFICATE }, listener);
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return `https://127.0.0.1:${address.port}`;
}
