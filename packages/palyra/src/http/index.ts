/** The daemon's HTTP API (spec 8). */
export { apiListener } from "./api.ts";
export { Tokens } from "./auth.ts";
export { STOP_GRACE_MS } from "./bounds.ts";
export { EventStreams } from "./events.ts";
export { Guest } from "./guest.ts";
export type { Health } from "./health.ts";
export { createLog, type Log } from "./log.ts";
export { Metrics } from "./metrics.ts";
export { OwnHosts } from "./own-hosts.ts";
export { allRoutes } from "./routes/index.ts";
export { type Listener, listen } from "./server.ts";
export { State } from "./state.ts";
