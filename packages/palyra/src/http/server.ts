/** The socket: where it listens, how much it takes, and how it stops. */
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Socket } from "node:net";
import { PalyraError } from "../errors.ts";
import {
  HEADERS_TIMEOUT_MS,
  IDLE_TIMEOUT_MS,
  KEEP_ALIVE_MS,
  MAX_CONNECTIONS,
  MAX_HEADER_BYTES,
  MAX_HEADERS,
  REQUEST_TIMEOUT_MS,
  SPARE_CONNECTIONS,
} from "./bounds.ts";

export interface ListenOptions {
  /** Without brackets. */
  readonly address: string;
  /** 0: a free one. */
  readonly port: number;
  /** PEM. */
  readonly tls?: { readonly certificate: string; readonly key: string } | undefined;
}

export interface Listener {
  readonly url: string;
  readonly port: number;
  /** From now on this answers. */
  answerBy(listener: RequestListener): void;
  /** Takes no more, and resolves when what runs has been answered; what takes longer is cut off. */
  stop(graceMs: number): Promise<void>;
}

const LIMITS = {
  maxHeaderSize: MAX_HEADER_BYTES,
  headersTimeout: HEADERS_TIMEOUT_MS,
  requestTimeout: REQUEST_TIMEOUT_MS,
  keepAliveTimeout: KEEP_ALIVE_MS,
  connectionsCheckingInterval: 2_000,
  // Whoever names no host is told so as whoever names another.
  requireHostHeader: false,
} as const;

/** `ListenFailed`; `Usage` where certificate and key are none. */
export async function listen({ address, port, tls }: ListenOptions): Promise<Listener> {
  let answer: RequestListener = (_, response) => void response.writeHead(503, { "retry-after": "1" }).end();
  const waiting = new WaitingSockets();
  const hand: RequestListener = (request, response) => {
    waiting.asks(request, response);
    answer(request, response);
  };
  const server = tls === undefined ? createServer(LIMITS, hand) : tlsServer(tls, hand);
  // One more than is allowed, so that the one too many is seen, not dropped.
  server.maxHeadersCount = MAX_HEADERS + 1;
  server.maxConnections = MAX_CONNECTIONS;
  server.timeout = IDLE_TIMEOUT_MS;
  server.on("clientError", refuseBroken);
  // Of itself it would answer with an empty 417.
  server.on("checkExpectation", hand);
  server.on(tls === undefined ? "connection" : "secureConnection", (socket: Socket) => waiting.came(socket));
  const bound = await open(server, address, port);
  const shown = address.includes(":") ? `[${address}]` : address;
  return {
    url: `${tls === undefined ? "http" : "https"}://${shown}:${bound}`,
    port: bound,
    answerBy: (listener) => {
      answer = listener;
    },
    stop: (graceMs) => stop(server, graceMs),
  };
}

/**
 * Connections that wait for their peer: nothing is asked on them, or not yet the whole of it. Where nearly all places are taken, the one that
 * came first gives way to the one that comes: else whoever holds them open, which needs no token, keeps everybody else from stopping a skill.
 */
class WaitingSockets {
  /** What is asked on each; undefined: nothing. Those first that have waited longest. */
  readonly #asked = new Map<Socket, IncomingMessage | undefined>();

  came(socket: Socket): void {
    if (this.#asked.size >= MAX_CONNECTIONS - SPARE_CONNECTIONS) this.#longest()?.destroy();
    this.#asked.set(socket, undefined);
    socket.once("close", () => this.#asked.delete(socket));
  }

  asks(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    this.#asked.set(socket, request);
    response.once("close", () => {
      // Of two that were sent at once the second may be at work by now.
      if (this.#asked.get(socket) !== request) return;
      this.#asked.delete(socket);
      if (!socket.destroyed) this.#asked.set(socket, undefined);
    });
  }

  #longest(): Socket | undefined {
    for (const [socket, request] of this.#asked) if (request?.complete !== true) return socket;
    return undefined;
  }
}

function tlsServer({ certificate, key }: NonNullable<ListenOptions["tls"]>, hand: RequestListener): Server {
  try {
    return createTlsServer({ ...LIMITS, cert: certificate, key, minVersion: "TLSv1.2" }, hand);
  } catch (error) {
    const problem = "--tls-cert and --tls-key are no PEM certificate and the key to it";
    throw new PalyraError("Usage", { problem }, { cause: error });
  }
}

function open(server: Server, address: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const shown = `${address.includes(":") ? `[${address}]` : address}:${port}`;
      reject(new PalyraError("ListenFailed", { address: shown, code: error.code ?? "EIO" }, { cause: error }));
    });
    server.listen({ host: address, port, exclusive: true }, () => {
      const bound = server.address();
      resolve(bound !== null && typeof bound === "object" ? bound.port : port);
    });
  });
}

const BROKEN: { readonly [code: string]: string } = {
  HPE_HEADER_OVERFLOW: "431 Request Header Fields Too Large",
  ERR_HTTP_REQUEST_TIMEOUT: "408 Request Timeout",
};

/** What is no HTTP that can be read; nothing of it is repeated. */
function refuseBroken(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) return void socket.destroy();
  const status = BROKEN[error.code ?? ""] ?? "400 Bad Request";
  const body = JSON.stringify({ type: "about:blank", title: status.slice(4), status: Number(status.slice(0, 3)) });
  socket.end(
    `HTTP/1.1 ${status}\r\nconnection: close\r\ncache-control: no-store\r\nx-content-type-options: nosniff\r\n` +
      `content-type: application/problem+json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

/** Milliseconds between two looks for connections that came to rest. */
const IDLE_LOOK_MS = 50;

async function stop(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  // A connection that is answered meanwhile is kept alive by its peer, who has no more to ask here.
  const idle = setInterval(() => server.closeIdleConnections(), IDLE_LOOK_MS);
  const cut = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearInterval(idle);
  clearTimeout(cut);
}
