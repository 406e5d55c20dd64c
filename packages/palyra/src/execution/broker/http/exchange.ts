/** One request of a tool and its answer, redirects included (spec 10.4, T37, T38). */
import { type ClientRequest, type IncomingMessage, request } from "node:http";
import { HOST_ERROR } from "palyra-sandbox/host-messages";
import type { HttpLimits } from "../limits.ts";
import { HttpFault, type Network, openConnection } from "./connect.ts";
import { isPlainUrl, type Method, type RequestHead } from "./head.ts";
import type { Asker } from "./lookups.ts";
import { denialOf, type HttpPermission, refusalOf } from "./permission.ts";

export interface ExchangePorts {
  readonly asker: Asker;
  readonly network: Network;
  readonly limits: HttpLimits;
  /** Asked for each address that the request goes to; undefined: not granted. */
  readonly permits: (url: URL) => HttpPermission | undefined;
  /** A request leaves for there: its name is looked up, whatever comes of that. */
  readonly note: (method: Method, url: URL) => void;
  /** What was noted last came no further: its name led to where nothing may go. */
  readonly refused: (method: Method, url: URL) => void;
  readonly signal: AbortSignal;
}

export interface AnswerHead {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

interface Outgoing {
  readonly method: Method;
  readonly url: URL;
  readonly headers: ReadonlyMap<string, string>;
  /** Inserted by the host: for the first origin alone (T38). */
  readonly inserted: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
}

/** What a module's own headers may hold for one origin only. */
const CREDENTIALS: ReadonlySet<string> = new Set(["authorization", "cookie"]);
/** What describes a body, and goes where it goes. */
const OF_THE_BODY = /^content-/;
const WITH_BODY: ReadonlySet<Method> = new Set(["POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);
const AGENT = "palyra-skills";
/** Interim answers (1xx) before the answer. */
const MOST_INTERIM = 16;

export class Exchange {
  readonly #ports: ExchangePorts;
  readonly #closing = new AbortController();
  readonly #head: Promise<AnswerHead>;
  #response: IncomingMessage | undefined;
  #chunks: AsyncIterator<unknown> | undefined;
  #left: Uint8Array = new Uint8Array();
  #received = 0;
  #until: AbortSignal | undefined;

  /** Begins at once. @param inserted headers that the host puts in */
  constructor(head: RequestHead, inserted: ReadonlyMap<string, string>, body: Uint8Array, ports: ExchangePorts) {
    this.#ports = ports;
    this.#head = this.#follow({ method: head.method, url: head.url, headers: head.headers, inserted, body });
    // Whoever asks for it is told; nobody may ask.
    this.#head.catch(() => {});
  }

  get head(): Promise<AnswerHead> {
    return this.#head;
  }

  /** The next bytes of the body; none at its end. Throws `HttpFault`. */
  async read(length: number): Promise<Uint8Array> {
    await this.#head;
    if (length === 0) return new Uint8Array();
    if (this.#left.byteLength === 0) this.#left = await this.#next();
    const bytes = this.#left.subarray(0, length);
    this.#left = this.#left.subarray(bytes.byteLength);
    return bytes;
  }

  close(): void {
    this.#closing.abort();
    this.#response?.destroy();
  }

  async #next(): Promise<Uint8Array> {
    try {
      const { done, value } = (await this.#chunks?.next()) ?? { done: true, value: undefined };
      // A body that only the end of its connection ends is whole where nobody of ours has ended it.
      if (this.#until?.aborted === true) throw new HttpFault(HOST_ERROR.timedOut);
      if (done === true || !(value instanceof Uint8Array)) return new Uint8Array();
      this.#received += value.byteLength;
      if (this.#received <= this.#ports.limits.answerBytes) return value;
    } catch (error) {
      throw this.#faultOf(error);
    }
    this.close();
    throw new HttpFault(HOST_ERROR.tooLarge);
  }

  async #follow(first: Outgoing): Promise<AnswerHead> {
    const { limits } = this.#ports;
    const total = AbortSignal.any([this.#ports.signal, this.#closing.signal, AbortSignal.timeout(limits.totalMs)]);
    this.#until = total;
    const untilHead = AbortSignal.any([total, AbortSignal.timeout(limits.headMs)]);
    let next = first;
    for (let hops = 0; hops <= limits.redirects; hops += 1) {
      const response = await this.#send(next, untilHead, total).catch((error: unknown) => {
        throw hops === 0 ? error : redirected(error);
      });
      const target = redirectOf(response, next);
      if (target === undefined) {
        this.#response = response;
        this.#chunks = response[Symbol.asyncIterator]();
        return { status: response.statusCode ?? 0, headers: pairs(response.rawHeaders) };
      }
      response.destroy();
      next = target;
    }
    throw new HttpFault(HOST_ERROR.tooLarge);
  }

  async #send(outgoing: Outgoing, untilHead: AbortSignal, total: AbortSignal): Promise<IncomingMessage> {
    const { permits, note, refused, limits } = this.#ports;
    if (!isPlainUrl(outgoing.url)) throw HttpFault.denied(denialOf(outgoing.url, "unusable_address"));
    const permission = permits(outgoing.url);
    if (permission === undefined) throw HttpFault.denied(refusalOf(outgoing.url));
    note(outgoing.method, outgoing.url);
    let sent: ClientRequest | undefined;
    const stop = (): void => void sent?.destroy(new HttpFault(HOST_ERROR.timedOut));
    try {
      const socket = await openConnection(outgoing.url, permission, this.#ports, untilHead);
      untilHead.addEventListener("abort", stop, { once: true });
      total.addEventListener("abort", () => void socket.destroy(new HttpFault(HOST_ERROR.timedOut)), { once: true });
      return await new Promise<IncomingMessage>((resolve, reject) => {
        sent = request({
          createConnection: () => socket,
          method: outgoing.method,
          path: `${outgoing.url.pathname}${outgoing.url.search}`,
          headers: headersOf(outgoing),
          setHost: false,
          maxHeaderSize: limits.headBytes,
        });
        let early = 0;
        // Interim answers, of which nothing is told: a head without an end in another form.
        sent.on("information", () => {
          early += 1;
          if (early > MOST_INTERIM) sent?.destroy(new HttpFault(HOST_ERROR.tooLarge));
        });
        sent.once("response", resolve);
        // For as long as it lives: a second error of one answer (ended here, and no HTTP besides) would end this process.
        sent.on("error", reject);
        // No switch to another protocol was asked for.
        sent.once("upgrade", (_, stream) => {
          stream.destroy();
          reject(new HttpFault(HOST_ERROR.failed));
        });
        sent.end(outgoing.body);
        if (untilHead.aborted) stop();
      });
    } catch (error) {
      const fault = this.#faultOf(error);
      if (fault.denial !== undefined) refused(outgoing.method, outgoing.url);
      throw fault;
    } finally {
      untilHead.removeEventListener("abort", stop);
    }
  }

  #faultOf(error: unknown): HttpFault {
    if (error instanceof HttpFault) return error;
    if (error instanceof Error && "code" in error && error.code === "HPE_HEADER_OVERFLOW")
      return new HttpFault(HOST_ERROR.tooLarge, { cause: error });
    const late = error instanceof Error && (error.name === "TimeoutError" || error.name === "AbortError");
    return new HttpFault(late ? HOST_ERROR.timedOut : HOST_ERROR.failed, { cause: error });
  }
}

/** What was refused where an answer had led is told as that. */
const redirected = (error: unknown): unknown =>
  error instanceof HttpFault && error.denial !== undefined ? HttpFault.denied({ ...error.denial, redirected: true }) : error;

function headersOf({ method, url, headers, inserted, body }: Outgoing): { readonly [name: string]: string } {
  const length = body.byteLength > 0 || WITH_BODY.has(method) ? { "content-length": String(body.byteLength) } : {};
  return {
    "user-agent": AGENT,
    ...Object.fromEntries(headers),
    ...Object.fromEntries(inserted),
    host: url.host,
    connection: "close",
    ...length,
  };
}

/** What to ask next; undefined where this is the answer. What is for one origin stays there. */
function redirectOf({ statusCode = 0, headers }: IncomingMessage, from: Outgoing): Outgoing | undefined {
  const { location } = headers;
  if (![301, 302, 303, 307, 308].includes(statusCode) || location === undefined) return undefined;
  if (!URL.canParse(location, from.url.href)) throw new HttpFault(HOST_ERROR.failed);
  const url = new URL(location, from.url.href);
  const same = url.origin === from.url.origin;
  const turned = (statusCode === 303 && from.method !== "HEAD") || (statusCode <= 302 && from.method === "POST");
  const kept = [...from.headers].filter(([name]) => (same || !CREDENTIALS.has(name)) && !(turned && OF_THE_BODY.test(name)));
  return {
    method: turned ? "GET" : from.method,
    url,
    headers: new Map(kept),
    inserted: same ? from.inserted : new Map(),
    body: turned ? new Uint8Array() : from.body,
  };
}

function pairs(raw: readonly string[]): (readonly [string, string])[] {
  return raw.flatMap((name, index) => (index % 2 === 0 ? [[name.toLowerCase(), raw[index + 1] ?? ""] as const] : []));
}
