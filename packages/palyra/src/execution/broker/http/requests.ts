/** The requests of one call, by number (spec 10.4). */

import { HOST_ERROR, type HostReply, MAX_CALL_BYTES, reply } from "palyra-sandbox/host-messages";
import { shorten, writeJson } from "palyra-skills/encoding";
import type { HttpLimits } from "../limits.ts";
import type { Denial, Refusals } from "../refusals.ts";
import type { Secrets } from "../secrets.ts";
import type { Uses } from "../uses.ts";
import { HttpFault, type Network } from "./connect.ts";
import { Exchange } from "./exchange.ts";
import { parseHead, type RequestHead } from "./head.ts";
import type { Asker } from "./lookups.ts";
import { type HttpGrant, permits, refusalOf } from "./permission.ts";

export interface HttpOptions {
  /** As the manifest declares them and the policy lets them pass. */
  readonly hosts: readonly string[];
  /** Of the operator, for this skill. */
  readonly grants: readonly HttpGrant[];
}

export interface HttpPorts {
  readonly asker: Asker;
  readonly network: Network;
  readonly limits: HttpLimits;
  readonly secrets: Secrets;
  readonly uses: Uses;
  readonly refusals: Refusals;
  readonly signal: AbortSignal;
}

export class HttpRequests {
  readonly #options: HttpOptions;
  readonly #ports: HttpPorts;
  readonly #open = new Map<number, Exchange>();
  #made = 0;
  #ended = false;

  constructor(options: HttpOptions, ports: HttpPorts) {
    this.#options = options;
    this.#ports = ports;
  }

  async send(text: string, body: Uint8Array): Promise<HostReply> {
    const { limits } = this.#ports;
    const head = parseHead(text);
    if (head === undefined || (body.byteLength > 0 && (head.method === "GET" || head.method === "HEAD")))
      return reply(HOST_ERROR.invalid);
    if (body.byteLength > limits.requestBytes || this.#made >= limits.requests) return reply(HOST_ERROR.tooLarge);
    if (this.#open.size >= limits.open) return reply(HOST_ERROR.busy);
    // Before a secret is looked up; each address that a redirect leads to is asked for as well.
    if (this.#permits(head.url, head.method) === undefined)
      return this.#answer("http_send", () => Promise.reject(HttpFault.denied(refusalOf(head.url))));
    this.#made += 1;
    const number = this.#made;
    return this.#answer("http_send", async () => {
      const inserted = await this.#inserted(head);
      const { asker, network, signal, uses } = this.#ports;
      if (this.#ended) throw new HttpFault(HOST_ERROR.failed);
      const exchange = new Exchange(head, inserted, body.slice(), {
        asker,
        network,
        limits,
        signal,
        permits: (url) => this.#permits(url, head.method),
        note: (method, url) => uses.add("http", url.origin, method, true),
        refused: (method, url) => uses.turnRefused("http", url.origin, method),
      });
      this.#open.set(number, exchange);
      return reply(0, BigInt(number));
    });
  }

  head(request: number): Promise<HostReply> {
    return this.#of("http_head", request, async (exchange) => {
      const { status, headers } = await exchange.head;
      return reply(
        0,
        0n,
        new TextEncoder().encode(writeJson({ status, headers: headers.map(([name, value]) => [name, value]) })),
      );
    });
  }

  read(request: number, length: number): Promise<HostReply> {
    return this.#of("http_read", request, async (exchange) =>
      reply(0, 0n, await exchange.read(Math.min(length, MAX_CALL_BYTES))),
    );
  }

  close(request: number): Promise<HostReply> {
    return this.#of("http_close", request, async (exchange) => {
      this.#open.delete(request);
      exchange.close();
      return reply(0);
    });
  }

  end(): void {
    this.#ended = true;
    for (const exchange of this.#open.values()) exchange.close();
    this.#open.clear();
  }

  #permits(url: URL, method: string) {
    const permission = permits(url, this.#options.hosts, this.#options.grants);
    if (permission === undefined) this.#ports.uses.add("http", url.origin, method, false);
    return permission;
  }

  /** Headers with secrets, each bound by the operator to this origin and this header. `denied`, `notFound` */
  async #inserted({ url, secrets: wanted }: RequestHead): Promise<ReadonlyMap<string, string>> {
    const { secrets, uses } = this.#ports;
    const headers = new Map<string, string>();
    for (const [header, reference] of wanted) {
      const bound = secrets.insertion(reference, url.origin, header);
      uses.add("secret", reference, "insert", bound !== undefined);
      if (bound === undefined) throw HttpFault.denied(unboundSecret(reference, secrets.unbound(reference), header, url));
      const value = await secrets.header(bound);
      if (value === undefined) throw new HttpFault(HOST_ERROR.notFound);
      headers.set(header, value);
    }
    return headers;
  }

  #of(operation: string, request: number, work: (exchange: Exchange) => Promise<HostReply>): Promise<HostReply> {
    const exchange = this.#open.get(request);
    return exchange === undefined ? Promise.resolve(reply(HOST_ERROR.notFound)) : this.#answer(operation, () => work(exchange));
  }

  /** What is refused is told by its number alone; why is kept for the outcome. */
  async #answer(operation: string, work: () => Promise<HostReply>): Promise<HostReply> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof HttpFault)) throw error;
      if (error.denial !== undefined) this.#ports.refusals.denied(operation, error.denial);
      return reply(error.code);
    }
  }
}

const unboundSecret = (name: string, reason: Denial["reason"], header: string, { origin }: URL): Denial => ({
  capability: "skill.capability.vault.read",
  name,
  reason,
  header,
  origin: shorten(origin),
});
