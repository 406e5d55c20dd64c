/**
 * Calls of a session that were asked for and not answered: a call is open while its person is asked, too, when nothing of it runs here. Seen where the
 * messages pass, since it is the SDK that asks, between two turns of the handler.
 */
import {
  isJSONRPCErrorResponse,
  isJSONRPCRequest,
  isJSONRPCResultResponse,
  isSpecType,
  type Transport,
} from "@modelcontextprotocol/server";

export class OpenCalls {
  readonly #ids = new Set<string | number>();

  /** @param transport that no server has yet: a server keeps the listener it finds */
  constructor(transport: Transport) {
    transport.onmessage = (message) => this.#heard(message);
    const send = transport.send.bind(transport);
    transport.send = (message, options) => {
      if ((isJSONRPCResultResponse(message) || isJSONRPCErrorResponse(message)) && message.id !== undefined)
        this.#ids.delete(message.id);
      return send(message, options);
    };
  }

  get count(): number {
    return this.#ids.size;
  }

  /** What is cancelled is not answered. */
  #heard(message: unknown): void {
    if (isJSONRPCRequest(message) && message.method === "tools/call") this.#ids.add(message.id);
    else if (isSpecType.CancelledNotification(message) && message.params.requestId !== undefined)
      this.#ids.delete(message.params.requestId);
  }
}
