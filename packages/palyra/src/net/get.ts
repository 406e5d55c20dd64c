import { type Answer, NetFailure, type Outgoing, send } from "./send.ts";

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
export async function get(url: URL, fetching: Fetching): Promise<Uint8Array> {
  const { status, body } = await follow(url, fetching, {});
  if (status === 200) return body;
  throw new NetFailure("failed", `HTTP ${status}`);
}

/** What was there, piece by piece, where it is another than the one of `etag`. */
export interface Downloading extends Fetching {
  readonly etag?: string | undefined;
  readonly sink: (chunk: Uint8Array) => Promise<void>;
}

/** As `get`, of what is too large for the memory. What `sink` was given is only whole once this has answered. */
export async function download(
  url: URL,
  { etag, ...fetching }: Downloading,
): Promise<{ readonly state: "unchanged" } | { readonly state: "fetched"; readonly etag?: string }> {
  const answer = await follow(url, fetching, etag === undefined ? {} : { "if-none-match": etag });
  if (answer.status === 304 && etag !== undefined) return { state: "unchanged" };
  if (answer.status !== 200) throw new NetFailure("failed", `HTTP ${answer.status}`);
  return { state: "fetched", ...(answer.etag === undefined ? {} : { etag: answer.etag }) };
}

async function follow(
  url: URL,
  { timeoutMs, ...bounds }: Fetching & Pick<Outgoing, "sink">,
  headers: { readonly [name: string]: string },
): Promise<Answer> {
  const end = performance.now() + timeoutMs;
  let at = url;
  for (let hops = 0; hops <= MAX_REDIRECTS; hops += 1) {
    requirePlain(at);
    const left = Math.ceil(end - performance.now());
    if (left <= 0) throw new NetFailure("silent", `no answer within ${timeoutMs / 1000} s`);
    const answer = await send({ method: "GET", url: at, headers, timeoutMs: left, ...bounds });
    const { status, location } = answer;
    if (![301, 302, 303, 307, 308].includes(status) || location === undefined) return answer;
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
