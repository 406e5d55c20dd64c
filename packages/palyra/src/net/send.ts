/** One request and its answer, both bounded in size and time. Follows no redirect, keeps no connection, reads no proxy of the environment. */
import type { Agent, IncomingMessage, RequestOptions } from "node:http";
import type { SecureContextOptions } from "node:tls";

export interface Outgoing {
  readonly method: "GET" | "POST";
  /** `http:` or `https:`. A user name and password in it are not sent. */
  readonly url: URL;
  readonly headers: { readonly [name: string]: string };
  readonly body?: string;
  /** Milliseconds until the last byte of the answer. */
  readonly timeoutMs: number;
  /** Bytes of the answer's body. */
  readonly maxBytes: number;
  /** Takes the body of an answer of status 200 as it comes, which is empty in the answer then. */
  readonly sink?: (chunk: Uint8Array) => Promise<void>;
  /** Certificates in PEM that are trusted in place of the system's, for `https:`. */
  readonly ca?: string;
  readonly signal: AbortSignal;
  /** Over which connections; absent: one of its own. It does TLS itself where the URL is https. */
  readonly agent?: Agent;
}

export interface Answer {
  readonly status: number;
  readonly body: Uint8Array;
  /** The header `location`, as it came. */
  readonly location?: string;
  /** The header `etag`, as it came. */
  readonly etag?: string;
}

/** Why there is no answer. */
export class NetFailure extends Error {
  /** `refused`: nobody listens, so nothing was sent; `silent`: no whole answer in time; `failed`: anything else. */
  readonly kind: "refused" | "silent" | "failed";
  /** A few words. */
  readonly problem: string;

  constructor(kind: NetFailure["kind"], problem: string, options?: { readonly cause?: unknown }) {
    super(problem, options);
    this.name = "NetFailure";
    this.kind = kind;
    this.problem = problem;
  }
}

/** Sends it. Throws `NetFailure`, and what `signal` was aborted with. */
export async function send(outgoing: Outgoing): Promise<Answer> {
  const { url, headers, method, body = "", timeoutMs, maxBytes, ca, signal, sink, agent = false } = outgoing;
  const { request } = url.protocol === "https:" && agent === false ? await import("node:https") : await import("node:http");
  const deadline = AbortSignal.timeout(timeoutMs);
  const options: RequestOptions & SecureContextOptions = {
    method,
    hostname: url.hostname.replace(/^\[|\]$/g, ""),
    ...(url.port === "" ? {} : { port: url.port }),
    path: `${url.pathname}${url.search}`,
    headers: { ...headers, ...(method === "POST" ? { "content-length": String(Buffer.byteLength(body)) } : {}) },
    agent,
    ...(ca === undefined ? {} : { ca }),
    signal: AbortSignal.any([deadline, signal]),
  };
  try {
    return await new Promise<Answer>((resolve, reject) => {
      const sent = request(options, (response) => {
        const { statusCode: status = 0, headers } = response;
        readBody(response, maxBytes, status === 200 ? sink : undefined).then(
          (bytes) => {
            const { location, etag } = headers;
            const more = { ...(location === undefined ? {} : { location }), ...(etag === undefined ? {} : { etag }) };
            resolve({ status, body: bytes, ...more });
          },
          (error: unknown) => {
            sent.destroy();
            reject(error);
          },
        );
      });
      sent.on("error", reject);
      sent.end(body);
    });
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof NetFailure) throw error;
    if (deadline.aborted) throw new NetFailure("silent", `no answer within ${timeoutMs / 1000} s`, { cause: error });
    if (wasRefused(error)) throw new NetFailure("refused", "the connection is refused", { cause: error });
    throw new NetFailure("failed", problemOf(error), { cause: error });
  }
}

async function readBody(response: IncomingMessage, maxBytes: number, sink: Outgoing["sink"]): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of response) {
    if (!(chunk instanceof Uint8Array)) throw new NetFailure("failed", "an answer that is no bytes");
    total += chunk.length;
    if (total > maxBytes) throw new NetFailure("failed", `an answer of more than ${maxBytes} bytes`);
    if (sink === undefined) chunks.push(chunk);
    else await sink(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

/** `localhost` has two addresses; refused is only what all of them refuse. */
function wasRefused(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.every(wasRefused);
  return error instanceof Error && "code" in error && error.code === "ECONNREFUSED";
}

const WORDS: { readonly [code: string]: string } = {
  ENOTFOUND: "its name is not known",
  EAI_AGAIN: "its name cannot be looked up now",
  ECONNRESET: "it hung up",
  EHOSTUNREACH: "there is no way to it",
  ENETUNREACH: "there is no way to it",
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is signed by nobody that is known here (DEPTH_ZERO_SELF_SIGNED_CERT)",
  SELF_SIGNED_CERT_IN_CHAIN: "its certificate is signed by nobody that is known here (SELF_SIGNED_CERT_IN_CHAIN)",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "its certificate is signed by nobody that is known here (UNABLE_TO_VERIFY_LEAF_SIGNATURE)",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "its certificate is signed by nobody that is known here (UNABLE_TO_GET_ISSUER_CERT_LOCALLY)",
  CERT_HAS_EXPIRED: "its certificate has expired",
  CERT_NOT_YET_VALID: "its certificate does not count yet",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for another name",
};

function problemOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return WORDS[code] ?? (code === "" ? "its answer cannot be read" : code);
}

/** Whether an address can only be this machine, whatever a name server says. */
export function isLoopback(url: URL): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  return host === "localhost" || host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(host);
}
