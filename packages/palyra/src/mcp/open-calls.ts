/**
 * Calls of a session that were asked for and not answered: a call is open while its person is asked, too, when nothing of it runs here. Seen where the
 * messages pass, since it is the SDK that asks, between two turns of the handler.
 */
import type { Transport } from "@modelcontextprotocol/server";
import { OpenRequests } from "./open-requests.ts";

/** @param transport that no server has yet: a server keeps the listener it finds */
export function openCallsOf(transport: Transport): OpenRequests {
  const calls = new OpenRequests((method) => method === "tools/call");
  transport.onmessage = (message) => calls.heard(message);
  const send = transport.send.bind(transport);
  transport.send = (message, options) => {
    calls.said(message);
    return send(message, options);
  };
  return calls;
}
