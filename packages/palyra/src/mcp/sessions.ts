/** Clients of the revisions before 2026: a session each, from `initialize` until it is deleted, forgotten, or crowded out. */
import { type Server, WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/server";
import { refusal } from "./body.ts";
import type { ToolHost } from "./tool-host.ts";

/** The session that was silent longest gives way to a new one, while there is any of which no call runs. */
export const MAX_SESSIONS = 64;

interface Session {
  readonly transport: WebStandardStreamableHTTPServerTransport;
  readonly server: Server;
  readonly work: Work;
  lastUsed: number;
}

/** What of a session's calls runs. */
interface Work {
  calls: number;
}

export interface SessionPorts {
  readonly host: ToolHost;
  readonly newServer: (session: string, host: ToolHost) => Server;
  readonly newSessionId: () => string;
  readonly tick: () => number;
}

export class Sessions {
  readonly #ports: SessionPorts;
  readonly #sessions = new Map<string, Session>();

  constructor(ports: SessionPorts) {
    this.#ports = ports;
  }

  get count(): number {
    return this.#sessions.size;
  }

  /** @param parsedBody what was read of it already, where it has a body */
  async fetch(request: Request, parsedBody: unknown): Promise<Response> {
    const id = request.headers.get("mcp-session-id");
    if (id === null) return this.#begin(request, parsedBody);
    const session = this.#sessions.get(id);
    // What the protocol has a client do then: begin anew.
    if (session === undefined) return refusal(404, -32001, "Session not found");
    session.lastUsed = this.#ports.tick();
    return session.transport.handleRequest(request, { parsedBody });
  }

  toolsChanged(): void {
    for (const { server } of this.#sessions.values()) void server.sendToolListChanged().catch(() => {});
  }

  async close(): Promise<void> {
    const open = [...this.#sessions.values()];
    this.#sessions.clear();
    await Promise.all(open.map(({ server }) => server.close()));
  }

  /** Anything but an `initialize` is refused by the transport, and leaves no session behind. */
  async #begin(request: Request, parsedBody: unknown): Promise<Response> {
    const { host, newSessionId, newServer, tick } = this.#ports;
    const id = newSessionId();
    const work: Work = { calls: 0 };
    const server = newServer(id, counting(host, work));
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => id,
      onsessioninitialized: async (session) => {
        await this.#makeRoom();
        this.#sessions.set(session, { transport, server, work, lastUsed: tick() });
      },
    });
    await server.connect(transport);
    server.onclose = () => void this.#sessions.delete(id);
    const response = await transport.handleRequest(request, { parsedBody });
    if (!this.#sessions.has(id)) await server.close();
    return response;
  }

  async #makeRoom(): Promise<void> {
    if (this.#sessions.size < MAX_SESSIONS) return;
    // Whoever floods with sessions ends nobody's call: fewer calls run at a time than there are sessions.
    const isAtWork = ({ work }: Session): number => (work.calls > 0 ? 1 : 0);
    const [oldest] = [...this.#sessions.values()].sort(
      (one, other) => isAtWork(one) - isAtWork(other) || one.lastUsed - other.lastUsed,
    );
    await oldest?.server.close();
  }
}

function counting(host: ToolHost, work: Work): ToolHost {
  return {
    list: () => host.list(),
    onChange: (listener) => host.onChange(listener),
    call: async (call) => {
      work.calls += 1;
      try {
        return await host.call(call);
      } finally {
        work.calls -= 1;
      }
    },
  };
}
