/** Vulnerabilities as OSV publishes them, in any of its forms, and statements of exploitability. */
export { fetchedAt, fetchFeed, isAddress, withoutSecrets } from "./cache.ts";
export { type NamedFeed, openFeed } from "./open.ts";
export { NO_STATEMENTS, readVexFiles } from "./vex-files.ts";
