/**
 * The streams on which a session's requests are answered over HTTP. The SDK ends one with its last answer, and answers nothing that is cancelled: left
 * alone, the stream of what was cancelled stays open, in its place among those that the daemon has, for as long as its client is there.
 */
import {
  type CancelledNotification,
  isJSONRPCErrorResponse,
  isJSONRPCResultResponse,
  isSpecType,
  type JSONRPCMessage,
  ProtocolErrorCode,
  type RequestId,
  type WebStandardStreamableHTTPServerTransport,
} from "@modelcontextprotocol/server";

/** Requests that came in one body, and are answered on one stream. */
interface Stream {
  readonly open: Set<RequestId>;
  readonly cancelled: Set<RequestId>;
}

export class AnswerStreams {
  readonly #transport: WebStandardStreamableHTTPServerTransport;
  readonly #streams = new Map<RequestId, Stream>();
  /** What is being cancelled a second time. */
  readonly #again = new Set<RequestId>();

  /** @param transport that no server has yet: a server keeps the listener it finds */
  constructor(transport: WebStandardStreamableHTTPServerTransport) {
    this.#transport = transport;
    const hear = transport.onmessage;
    transport.onmessage = (message, extra) => {
      if (isSpecType.CancelledNotification(message)) this.#cancelled(message);
      hear?.(message, extra);
    };
    const send = transport.send.bind(transport);
    transport.send = (message, options) =>
      send(message, options).finally(() => {
        if (isJSONRPCResultResponse(message) || isJSONRPCErrorResponse(message)) this.#close(message.id, "answered");
      });
  }

  has(id: RequestId): boolean {
    return this.#streams.has(id);
  }

  /** Before they are heard. */
  add(ids: readonly RequestId[]): void {
    const stream: Stream = { open: new Set(ids), cancelled: new Set() };
    for (const id of ids) this.#streams.set(id, stream);
  }

  /** Those that are not taken. */
  forget(ids: readonly RequestId[]): void {
    for (const id of ids) this.#streams.delete(id);
  }

  /**
   * It comes on a connection of its own, and may be read before what it cancels: what is open by then is cancelled again, or would run to its end. Whoever
   * asked a person on the stream takes the question back on it before it ends.
   */
  #cancelled(message: CancelledNotification & JSONRPCMessage): void {
    const { requestId: id } = message.params;
    if (id === undefined || this.#again.has(id)) return;
    setImmediate(() => {
      if (this.#streams.get(id)?.open.has(id) !== true) return;
      this.#again.add(id);
      this.#transport.onmessage?.(message);
      this.#again.delete(id);
      setImmediate(() => this.#close(id, "cancelled"));
    });
  }

  #close(id: RequestId | undefined, how: "answered" | "cancelled"): void {
    const stream = id === undefined ? undefined : this.#streams.get(id);
    if (id === undefined || stream?.open.delete(id) !== true) return;
    if (how === "cancelled") stream.cancelled.add(id);
    else this.#streams.delete(id);
    if (stream.open.size > 0 || stream.cancelled.size === 0) return;
    this.#transport.closeSSEStream(id);
    for (const each of stream.cancelled) this.#settle(each);
  }

  /** The SDK keeps what it knows of a request until that is answered: on a stream that is closed it says so to nobody but `onerror`. */
  #settle(id: RequestId): void {
    this.#streams.delete(id);
    const { onerror = () => {} } = this.#transport;
    this.#transport.onerror = () => {};
    const nothing = { code: ProtocolErrorCode.InternalError, message: "cancelled" };
    void this.#transport.send({ jsonrpc: "2.0", id, error: nothing }).catch(() => {});
    this.#transport.onerror = onerror;
  }
}
