/** Clients of the revisions before 2026: a session each, from `initialize` until it is deleted, forgotten, or crowded out. */
import { type RequestId, type Server, WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/server";
import { AnswerStreams } from "./answer-streams.ts";
import { refusal } from "./body.ts";
import { idOf } from "./lines.ts";
import type { NameKind } from "./names.ts";
import { isObject } from "./object.ts";
import { openCallsOf } from "./open-calls.ts";
import type { OpenQuestions } from "./questions.ts";

/** The session that was silent longest gives way to a new one, while there is any of which no call is open. */
export const MAX_SESSIONS = 64;
const FULL = `Service Unavailable: each of the ${MAX_SESSIONS} sessions has an open call; try again when one has ended`;

/**
 * Calls of one session, and of all of them, that are asked for and not answered: each holds its request open, for as long as its person thinks. Of what
 * may be asked at a time there is left what answers the questions, ends a session and lists tools.
 */
export const MAX_SESSION_CALLS = 24;
export const MAX_SESSIONS_CALLS = 96;
const BUSY = "Service Unavailable: as many calls of this session, or of all, are open as may be; try again when one has ended";

interface Session {
  readonly transport: WebStandardStreamableHTTPServerTransport;
  readonly server: Server;
  readonly calls: ReturnType<typeof openCallsOf>;
  readonly streams: AnswerStreams;
  lastUsed: number;
  /** Its tools changed since its client last opened a stream: what is told while none is open nobody hears. */
  hasChanged: boolean;
}

export interface SessionPorts {
  readonly newServer: (session: string, names: NameKind) => Server;
  readonly newSessionId: () => string;
  readonly questions: Pick<OpenQuestions, "forget">;
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

  /**
   * @param parsedBody what was read of it already, where it has a body
   * @param names of the session that it begins
   */
  async fetch(request: Request, parsedBody: unknown, names: NameKind): Promise<Response> {
    const id = request.headers.get("mcp-session-id");
    if (id === null) return this.#begin(request, parsedBody, names);
    const session = this.#sessions.get(id);
    // What the protocol has a client do then: begin anew.
    if (session === undefined) return refusal(404, -32001, "Session not found");
    session.lastUsed = this.#ports.tick();
    const { ids, calls } = requestsIn(parsedBody);
    // One id is one request, or it would be counted once.
    if (new Set(ids).size < ids.length || ids.some((each) => session.calls.has(each) || session.streams.has(each)))
      return refusal(400, -32600, "Invalid Request: a request of this id is open already", idOf(parsedBody).id);
    if (!this.#hasRoom(session, calls.length)) return refusal(503, -32000, BUSY, idOf(parsedBody).id);
    for (const each of calls) session.calls.add(each);
    session.streams.add(ids);
    const response = await session.transport.handleRequest(request, { parsedBody });
    if (!response.ok) {
      for (const each of calls) session.calls.forget(each);
      session.streams.forget(ids);
    } else if (request.method === "GET" && session.hasChanged) {
      session.hasChanged = false;
      tellChanged(session);
    }
    return response;
  }

  #hasRoom({ calls }: Session, more: number): boolean {
    if (more === 0) return true;
    let all = more;
    for (const session of this.#sessions.values()) all += session.calls.count;
    return calls.count + more <= MAX_SESSION_CALLS && all <= MAX_SESSIONS_CALLS;
  }

  toolsChanged(): void {
    for (const session of this.#sessions.values()) {
      session.hasChanged = true;
      tellChanged(session);
    }
  }

  async close(): Promise<void> {
    const open = [...this.#sessions.values()];
    this.#sessions.clear();
    await Promise.all(open.map(({ server }) => server.close()));
  }

  /** Anything but an `initialize` is refused by the transport, and leaves no session behind. */
  async #begin(request: Request, parsedBody: unknown, names: NameKind): Promise<Response> {
    const { newSessionId, newServer, questions, tick } = this.#ports;
    const id = newSessionId();
    const server = newServer(id, names);
    let isFull = false;
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => id,
      onsessioninitialized: (session) => {
        isFull = !this.#makeRoom();
        if (!isFull) this.#sessions.set(session, { transport, server, calls, streams, lastUsed: tick(), hasChanged: false });
      },
    });
    const calls = openCallsOf(transport);
    const streams = new AnswerStreams(transport);
    await server.connect(transport);
    server.onclose = () => {
      this.#sessions.delete(id);
      questions.forget(id);
    };
    const response = await transport.handleRequest(request, { parsedBody });
    if (!this.#sessions.has(id)) await server.close();
    return isFull ? refusal(503, -32000, FULL, idOf(parsedBody).id) : response;
  }

  /** Whether there is. Whoever floods with sessions ends nobody's call, nor a question that a person is thinking about. */
  #makeRoom(): boolean {
    if (this.#sessions.size < MAX_SESSIONS) return true;
    const silent = [...this.#sessions].filter(([, { calls }]) => calls.count === 0);
    const [oldest] = silent.sort(([, one], [, other]) => one.lastUsed - other.lastUsed);
    if (oldest === undefined) return false;
    const [id, { server }] = oldest;
    this.#sessions.delete(id);
    void server.close().catch(() => {});
    return true;
  }
}

function tellChanged({ server }: Session): void {
  void server.sendToolListChanged().catch(() => {});
}

/** What is asked for in a message, or in several at once: all of it, and the calls of tools among it. */
function requestsIn(message: unknown): { readonly ids: readonly RequestId[]; readonly calls: readonly RequestId[] } {
  const [ids, calls]: [RequestId[], RequestId[]] = [[], []];
  for (const each of Array.isArray(message) ? message : [message]) {
    if (!isObject(each) || typeof each["method"] !== "string") continue;
    const { id } = each;
    if (typeof id !== "string" && typeof id !== "number") continue;
    ids.push(id);
    if (each["method"] === "tools/call") calls.push(id);
  }
  return { ids, calls };
}
