/** Requests that were asked and are not answered yet. What is cancelled is not answered. */
import {
  isJSONRPCErrorResponse,
  isJSONRPCResultResponse,
  isSpecType,
  type JSONRPCMessage,
  type RequestId,
} from "@modelcontextprotocol/server";

export class OpenRequests {
  readonly #ids = new Set<RequestId>();
  readonly #isCounted: (method: string) => boolean;

  constructor(isCounted: (method: string) => boolean) {
    this.#isCounted = isCounted;
  }

  get count(): number {
    return this.#ids.size;
  }

  has(id: RequestId): boolean {
    return this.#ids.has(id);
  }

  /** Before it is heard: what is let in at once is counted at once. */
  add(id: RequestId): void {
    this.#ids.add(id);
  }

  /** One that nobody will answer. */
  forget(id: RequestId): void {
    this.#ids.delete(id);
  }

  heard(message: JSONRPCMessage): void {
    if (!("method" in message)) return;
    if ("id" in message) {
      if (this.#isCounted(message.method)) this.#ids.add(message.id);
    } else if (isSpecType.CancelledNotification(message) && message.params.requestId !== undefined)
      this.#ids.delete(message.params.requestId);
  }

  said(message: JSONRPCMessage): void {
    if ((isJSONRPCResultResponse(message) || isJSONRPCErrorResponse(message)) && message.id !== undefined)
      this.#ids.delete(message.id);
  }
}
