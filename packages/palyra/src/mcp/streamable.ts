/** MCP over streamable HTTP: requests of the revision of 2026 each by itself, clients of 2025 in sessions of their own (spec 10.6). */
import { createMcpHandler, isLegacyRequest, type McpHttpHandler } from "@modelcontextprotocol/server";
import { quoted } from "../operations/wording/safe.ts";
import type { OpenQuestions } from "./questions.ts";
import { mcpServer } from "./server.ts";
import { Sessions } from "./sessions.ts";
import { MAX_MESSAGE_BYTES } from "./stdio.ts";
import type { ToolHost } from "./tool-host.ts";

export interface StreamablePorts {
  readonly host: ToolHost;
  readonly principal: string;
  readonly questions: OpenQuestions;
  readonly stateKey: Uint8Array;
  readonly newSessionId: () => string;
  /** Milliseconds of a clock that does not go back. */
  readonly tick: () => number;
  readonly warn: (text: string) => void;
}

/** Open streams of clients that want to hear of changes. */
const MAX_SUBSCRIPTIONS = 64;
/** No id of a session is so short. */
const NO_SESSION = "-";

/** Answers requests at `/mcp`. Who may ask, and with which Host and Origin, has been checked before. */
export class StreamableMcp {
  readonly #handler: McpHttpHandler;
  readonly #sessions: Sessions;
  readonly #end: () => void;

  constructor(ports: StreamablePorts) {
    const { host, warn } = ports;
    const newServer = (session: string) => mcpServer({ ...ports, session });
    // Requests that are each by themselves do not say who asks: all of them are one client.
    this.#handler = createMcpHandler(() => mcpServer({ ...ports, session: ports.newSessionId(), client: NO_SESSION }), {
      legacy: "reject",
      maxRequestBodySize: MAX_MESSAGE_BYTES,
      maxSubscriptions: MAX_SUBSCRIPTIONS,
      onerror: (error) => warn(`mcp: ${quoted(error.message, 400)}`),
    });
    this.#sessions = new Sessions({ ...ports, newServer });
    this.#end = host.onChange(() => {
      this.#handler.notify.toolsChanged();
      this.#sessions.toolsChanged();
    });
  }

  async fetch(request: Request): Promise<Response> {
    const isOld = await isLegacyRequest(request, undefined, { maxRequestBodySize: MAX_MESSAGE_BYTES });
    return isOld ? this.#sessions.fetch(request) : this.#handler.fetch(request);
  }

  /** Clients with a session. */
  get sessions(): number {
    return this.#sessions.count;
  }

  async close(): Promise<void> {
    this.#end();
    await Promise.all([this.#handler.close(), this.#sessions.close()]);
  }
}
