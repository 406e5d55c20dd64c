/**
 * Which names the daemon answers to (spec 8, T30). A page of another origin that a browser was led to by a name server (DNS rebinding) says
 * another Host; one that calls across origins says another Origin.
 */
import type { X509Certificate } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import { Refusal } from "./refusal.ts";

export interface Listening {
  readonly scheme: "http" | "https";
  /** The address that is listened at, without brackets. */
  readonly address: string;
  readonly port: number;
  /** What its names are beyond loopback: those that the certificate is for. */
  readonly certificate?: X509Certificate | undefined;
}

/** Names that were asked for and found to be ours; whoever makes up names makes none of them ours. */
const MAX_KNOWN = 64;

export class OwnHosts {
  readonly #listening: Listening;
  readonly #known = new Set<string>();

  constructor(listening: Listening) {
    this.#listening = listening;
    for (const name of ["127.0.0.1", "localhost", "[::1]"]) this.#known.add(`${name}:${listening.port}`);
  }

  /** Throws `ForeignHost`, `ForeignOrigin`. */
  check(request: IncomingMessage): void {
    const { host, origin } = request.headers;
    if (host === undefined || !this.#isOwn(host))
      throw new Refusal("ForeignHost", "the Host of the request is not this daemon's");
    const site = request.headers["sec-fetch-site"];
    const isForeign = site !== undefined && site !== "same-origin" && site !== "none";
    if (isForeign || (origin !== undefined && !this.#isOwnOrigin(origin)))
      throw new Refusal("ForeignOrigin", "a page of another origin asks, and none is answered");
  }

  #isOwnOrigin(origin: string): boolean {
    const prefix = `${this.#listening.scheme}://`;
    return origin.startsWith(prefix) && this.#isOwn(origin.slice(prefix.length));
  }

  #isOwn(host: string): boolean {
    if (this.#known.has(host)) return true;
    const own = this.#belongs(host);
    if (own && this.#known.size < MAX_KNOWN) this.#known.add(host);
    return own;
  }

  #belongs(host: string): boolean {
    const { scheme, address, port, certificate } = this.#listening;
    const [, bracketed, plain, digits] = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9.-]+))(?::([0-9]{1,5}))?$/i.exec(host) ?? [];
    const name = (bracketed ?? plain)?.toLowerCase();
    if (name === undefined || Number(digits ?? (scheme === "https" ? 443 : 80)) !== port) return false;
    if (name === "localhost" || name === "127.0.0.1" || name === "::1" || name === address) return true;
    if (certificate === undefined) return false;
    return (isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name)) !== undefined;
  }
}
