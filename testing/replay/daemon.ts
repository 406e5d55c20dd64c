/** A daemon that gives prepared answers, and keeps what it is asked: the `daemon` of the scenarios. */
import { createServer } from "node:http";
import { type Json, optionalRecord, parse, record } from "./scenario.ts";

export interface Daemon {
  readonly url: string;
  /** What came in since the last time this was asked. */
  takeRequests(): readonly Json[];
  stop(): void;
}

/** The n-th request gets the n-th reply, and one too many 500. */
export async function startDaemon(replies: readonly Json[]): Promise<Daemon> {
  const waiting = [...replies];
  let requests: Json[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => KEPT.test(name)));
      const body = Buffer.concat(chunks).toString("utf8");
      const { method = "", url: path = "" } = request;
      requests.push(parse(JSON.stringify({ method, path, headers, body: body === "" ? null : parse(body) })));
      const reply = optionalRecord(waiting.shift()) ?? { status: 500, json: {} };
      response.writeHead(Number(reply["status"]), { "content-type": "application/json" });
      response.end(JSON.stringify(record(reply["json"] ?? {}, "a reply")));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the daemon has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    takeRequests: () => {
      const taken = requests;
      requests = [];
      return taken;
    },
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

const KEPT = /^(?:x-palyra-.*|authorization|content-type)$/;
