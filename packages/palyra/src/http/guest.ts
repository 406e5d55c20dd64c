/** `/mcp` on the daemon's socket: a token of its own, no admin rights, and a protocol that answers in its own words (spec 8, 10.6). */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Tokens } from "./auth.ts";
import { MAX_MCP_REQUESTS, MCP_IDLE_MS } from "./bounds.ts";
import { isOver, whenOver } from "./over.ts";
import { Refusal } from "./refusal.ts";
import { securityHeaders } from "./security.ts";

export const MCP_PATH = "/mcp";

export interface GuestPorts {
  readonly tokens: Tokens;
  readonly fetch: (request: Request, peer: GuestPeer) => Promise<Response>;
}

export interface GuestPeer {
  readonly address: string;
  /** Aborted when nobody waits for the answer any more. */
  readonly gone: AbortSignal;
}

/** Requests that are answered now; streams of sessions, which are open as long as somebody is there, take no place from what is asked. */
export class Guest {
  readonly #ports: GuestPorts;
  readonly #open = { asked: 0, streams: 0 };

  constructor(ports: GuestPorts) {
    this.#ports = ports;
  }

  /** `Unauthorized`. */
  check(incoming: IncomingMessage): void {
    this.#ports.tokens.check(incoming);
  }

  /** `TooManyRequests`, `RequestTimeout` where nobody is there any more; else what MCP answers. */
  async answer(request: Request, incoming: IncomingMessage, outgoing: ServerResponse, requestId: string): Promise<Response> {
    if (isOver(outgoing)) throw new Refusal("RequestTimeout", "the connection was closed before the request was answered");
    const kind = incoming.method === "GET" ? "streams" : "asked";
    if (this.#open[kind] >= MAX_MCP_REQUESTS)
      throw new Refusal("TooManyRequests", "too many MCP requests at once", { headers: { "retry-after": "1" } });
    this.#open[kind] += 1;
    const gone = new AbortController();
    whenOver(outgoing, () => {
      this.#open[kind] -= 1;
      if (!outgoing.writableFinished) gone.abort();
    });
    // A call may take as long as its quota, and a person as long as a question is open.
    incoming.socket.setTimeout(MCP_IDLE_MS);
    const { remoteAddress: address = "" } = incoming.socket;
    const response = await this.#ports.fetch(request, { address, gone: gone.signal });
    // On the response itself: one that is made of its body goes out through a stream of the web's, which costs more than all else here.
    for (const [name, value] of Object.entries(securityHeaders(requestId))) response.headers.set(name, value);
    return response;
  }
}
