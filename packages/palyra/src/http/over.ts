/** When a request is over: its answer has gone, or nobody is there any more. */
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** By connections, what is to be told of their end. */
const waiting = new WeakMap<Socket, Set<() => void>>();

/** `closed` says it of an answer that was begun, the socket of one that still waits behind another. */
export const isOver = ({ closed, req }: ServerResponse): boolean => closed || req.socket.destroyed;

/**
 * Calls `ended` once, of what is not over yet. A response that waits behind another on its connection has no socket, and Node tells it of no
 * end: whoever counts on its `close` alone counts it for good.
 */
export function whenOver(outgoing: ServerResponse, ended: () => void): void {
  const all = waitingOn(outgoing.req.socket);
  const end = (): void => {
    if (all.delete(end)) ended();
  };
  all.add(end);
  outgoing.once("close", end);
}

/** One listener a connection, however much is asked on it. */
function waitingOn(socket: Socket): Set<() => void> {
  const known = waiting.get(socket);
  if (known !== undefined) return known;
  const all = new Set<() => void>();
  waiting.set(socket, all);
  socket.once("close", () => {
    for (const end of all) end();
  });
  return all;
}
