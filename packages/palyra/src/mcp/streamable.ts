/** MCP over streamable HTTP: requests of the revision of 2026 each by itself, clients of 2025 in sessions of their own (spec 10.6). */
import {
  createMcpHandler,
  isLegacyRequest,
  type McpHttpHandler,
  type McpRequestContext,
  PROTOCOL_VERSION_META_KEY,
} from "@modelcontextprotocol/server";
import { quoted } from "../operations/wording/safe.ts";
import { bodyOf, refusal } from "./body.ts";
import { NAME_KINDS, type NameKind, namesAskedFor } from "./names.ts";
import { isObject } from "./object.ts";
import type { OpenQuestions } from "./questions.ts";
import { mcpServer } from "./server.ts";
import { Sessions } from "./sessions.ts";
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

/** Who sent a request, as far as its connection tells. */
export interface McpPeer {
  readonly address: string;
  /** Aborted when nobody waits for the answer any more. */
  readonly gone: AbortSignal;
}

/** Answers requests at `/mcp`. Who may ask, and with which Host and Origin, has been checked before. */
export class StreamableMcp {
  readonly #handler: McpHttpHandler;
  readonly #sessions: Sessions;
  readonly #end: () => void;
  /** Of requests that are being answered. */
  readonly #peers = new WeakMap<Request, McpPeer>();

  constructor(ports: StreamablePorts) {
    const { host, warn } = ports;
    const newServer = (session: string, names: NameKind) => mcpServer({ ...ports, session, names });
    // A request by itself is a session of its own, whose name nobody else has.
    const requests = ports.newSessionId();
    let begun = 0;
    const oneRequest = ({ requestInfo }: McpRequestContext) => {
      const { address = "", gone } = (requestInfo && this.#peers.get(requestInfo)) ?? {};
      const names = requestInfo === undefined ? "id" : (namesAskedFor(requestInfo.url) ?? "id");
      begun += 1;
      const server = mcpServer({ ...ports, session: `${requests}.${begun}`, address, names });
      // An answer that waits behind another on its connection hears of no end by itself.
      gone?.addEventListener("abort", () => void server.close().catch(() => {}), { once: true });
      return server;
    };
    this.#handler = createMcpHandler(oneRequest, {
      legacy: "reject",
      maxSubscriptions: MAX_SUBSCRIPTIONS,
      onerror: (error) => warn(`mcp: ${quoted(error.message, 400)}`),
    });
    this.#sessions = new Sessions({ ...ports, newServer });
    this.#end = host.onChange(() => {
      this.#handler.notify.toolsChanged();
      this.#sessions.toolsChanged();
    });
  }

  async fetch(request: Request, peer?: McpPeer): Promise<Response> {
    const names = namesAskedFor(request.url);
    if (names === undefined) return refusal(400, -32600, `Invalid Request: names is one of ${NAME_KINDS.join(", ")}`);
    const body = await bodyOf(request);
    if ("refused" in body) return body.refused;
    const { json: parsedBody } = body;
    if (!isByItself(parsedBody) && (await isLegacyRequest(request, parsedBody)))
      return this.#sessions.fetch(request, parsedBody, names);
    if (peer !== undefined) this.#peers.set(request, peer);
    return this.#handler.fetch(request, { parsedBody });
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

/**
 * A call that names its own revision is never one of a session: nothing but this of what `isLegacyRequest` looks for in any message, by parsing it
 * as often as the handler does after it.
 */
export function isByItself(message: unknown): boolean {
  if (!isObject(message) || message["method"] !== "tools/call" || "result" in message || "error" in message) return false;
  const { params } = message;
  return isObject(params) && isObject(params["_meta"]) && PROTOCOL_VERSION_META_KEY in params["_meta"];
}
