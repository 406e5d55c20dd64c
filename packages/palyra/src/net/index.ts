/** One bounded HTTP client. */
export { type Downloading, download, type Fetching, get } from "./get.ts";
export { OneConnection, type OneConnectionOptions } from "./one-connection.ts";
export { type Answer, isLoopback, NetFailure, type Outgoing, send } from "./send.ts";
