/** One bounded HTTP client. */
export { download, get } from "./get.ts";
export { OneConnection } from "./one-connection.ts";
export { isLoopback, NetFailure, send } from "./send.ts";
