/** One bounded HTTP client. */
export { type Answer, isLoopback, NetFailure, type Outgoing, send } from "./send.ts";
