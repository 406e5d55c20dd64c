import type { RequestListener } from "node:http";
import { createServer } from "node:https";
import { atEndOfFile } from "../../../../testing/scratch.ts";
import { CERTIFICATE, PRIVATE_KEY } from "./certificate.ts";

/** An https server on a free port of this machine until its test file is over; its address without a path. */
export async function httpsServer(listener: RequestListener): Promise<string> {
  const server = createServer({ key: PRIVATE_KEY, cert: CERTIFICATE }, listener);
  atEndOfFile(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return `https://127.0.0.1:${address.port}`;
}
