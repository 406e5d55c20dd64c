import { NetFailure, send } from "./send.ts";

export interface Fetching {
  /** Milliseconds until the last byte, redirects included. */
  readonly timeoutMs: number;
  /** Bytes. */
  readonly maxBytes: number;
  /** Certificates in PEM that are trusted in place of the system's. */
  readonly ca?: string;
  readonly signal: AbortSignal;
}

/** Beyond this it is a circle. */
const MAX_REDIRECTS = 3;

/** What an https address has. Redirects are followed within its origin only (T9). Throws `NetFailure`, and what `signal` was aborted with. */
export async function get(url: URL, { timeoutMs, ...bounds }: Fetching): Promise<Uint8Array> {
  const end = performance.now() + timeoutMs;
  let at = url;
  for (let hops = 0; hops <= MAX_REDIRECTS; hops += 1) {
    requirePlain(at);
    const left = Math.ceil(end - performance.now());
    if (left <= 0) throw new NetFailure("silent", `no answer within ${timeoutMs / 1000} s`);
    const { status, body, location } = await send({ method: "GET", url: at, headers: {}, timeoutMs: left, ...bounds });
    if (status === 200) return body;
    if (![301, 302, 303, 307, 308].includes(status) || location === undefined) throw new NetFailure("failed", `HTTP ${status}`);
    const next = URL.canParse(location, at.href) ? new URL(location, at.href) : undefined;
    // Who answers for one origin does not answer for another. T9.
    if (next?.origin !== url.origin) throw new NetFailure("failed", "it leads to another origin, which is not followed");
    at = next;
  }
  throw new NetFailure("failed", `more than ${MAX_REDIRECTS} redirects`);
}

/** Only https, and no password where logs and lists of processes would have it. */
function requirePlain({ protocol, username, password }: URL): void {
  if (protocol !== "https:") throw new NetFailure("failed", "it is no https address");
  if (username !== "" || password !== "") throw new NetFailure("failed", "it has a user name or a password in it");
}
