/** A connection to an address that was looked at, and is looked at again once it is made (T37). No proxy: nothing of the environment is read. */
import { lookup } from "node:dns/promises";
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { HOST_ERROR } from "palyra-sandbox/host-messages";
import type { Denial } from "../refusals.ts";
import { addressOfHost, isGlobalUnicast } from "./address.ts";
import { type Asker, lookUp, type Resolver } from "./lookups.ts";
import { denialOf, type HttpPermission } from "./permission.ts";

/** Why there is no answer: an error of `palyra:skills/host@1`. */
export class HttpFault extends Error {
  readonly code: number;
  readonly denial: Denial | undefined;

  constructor(code: number, options?: { readonly cause?: unknown; readonly denial?: Denial }) {
    super(`http ${code}`, options);
    this.name = "HttpFault";
    this.code = code;
    this.denial = options?.denial;
  }

  static denied(denial: Denial): HttpFault {
    return new HttpFault(HOST_ERROR.denied, { denial });
  }
}

/** What reaches the network. */
export interface Network extends Resolver {
  connect(address: string, port: number, signal: AbortSignal): Promise<Socket>;
}

export const NETWORK: Network = {
  resolve: async (name) => (await lookup(name, { all: true, verbatim: true })).map(({ address }) => address),
  connect: (host, port, signal) =>
    new Promise((resolve, reject) => {
      const socket = connect({ host, port, autoSelectFamily: false });
      const stop = (): void => void socket.destroy(new HttpFault(HOST_ERROR.timedOut));
      signal.addEventListener("abort", stop, { once: true });
      // For as long as it lives, as of what is encrypted below: an error that nobody listens to would end this process.
      socket.on("error", reject);
      socket.once("connect", () => {
        signal.removeEventListener("abort", stop);
        resolve(socket);
      });
    }),
};

/** Addresses that are tried, and milliseconds for each. */
const MOST_TRIED = 4;
const CONNECT_MS = 10_000;

/** A stream to the URL's host, encrypted where it is https. Throws `HttpFault`. */
export async function openConnection(
  url: URL,
  permission: HttpPermission,
  { asker, network }: { readonly asker: Asker; readonly network: Network },
  signal: AbortSignal,
): Promise<Socket> {
  const literal = addressOfHost(url.hostname);
  const addresses = literal === undefined ? await resolved(url.hostname, asker, network, signal) : [literal];
  const allowed = permission.anyAddress ? addresses : addresses.filter(isGlobalUnicast);
  if (addresses.length === 0) throw new HttpFault(HOST_ERROR.failed);
  if (allowed.length === 0) throw HttpFault.denied(denialOf(url, "private_address"));
  const socket = await firstThatAnswers(url, allowed.slice(0, MOST_TRIED), permission, network, signal);
  return url.protocol === "https:" ? encrypted(socket, url, literal, permission, signal) : socket;
}

async function resolved(name: string, asker: Asker, network: Network, signal: AbortSignal): Promise<readonly string[]> {
  try {
    return await orAborted(lookUp(name.replace(/\.$/, ""), asker, network, signal), signal);
  } catch (error) {
    throw error instanceof HttpFault ? error : new HttpFault(HOST_ERROR.failed, { cause: error });
  }
}

async function firstThatAnswers(
  url: URL,
  addresses: readonly string[],
  permission: HttpPermission,
  network: Network,
  signal: AbortSignal,
): Promise<Socket> {
  const port = url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port);
  let problem: unknown;
  for (const address of addresses) {
    signal.throwIfAborted();
    try {
      const socket = await network.connect(address, port, AbortSignal.any([signal, AbortSignal.timeout(CONNECT_MS)]));
      // Of the socket itself: whatever was looked up, this is where it has gone to.
      if (permission.anyAddress || isGlobalUnicast(socket.remoteAddress ?? "")) return socket;
      socket.destroy();
      throw HttpFault.denied(denialOf(url, "private_address"));
    } catch (error) {
      if (error instanceof HttpFault && error.code === HOST_ERROR.denied) throw error;
      problem = error;
    }
  }
  throw problem instanceof HttpFault ? problem : new HttpFault(HOST_ERROR.failed, { cause: problem });
}

function encrypted(
  socket: Socket,
  url: URL,
  literal: string | undefined,
  { ca }: HttpPermission,
  signal: AbortSignal,
): Promise<Socket> {
  const name = literal ?? url.hostname.replace(/\.$/, "");
  return new Promise((resolve, reject) => {
    const secure = connectTls({
      socket,
      host: name,
      ...(literal === undefined ? { servername: name } : {}),
      ...(ca === undefined ? {} : { ca }),
      ALPNProtocols: ["http/1.1"],
      minVersion: "TLSv1.2",
      // Whatever the environment says.
      rejectUnauthorized: true,
    });
    const failed = (error: unknown): void => {
      socket.destroy();
      reject(error instanceof HttpFault ? error : new HttpFault(HOST_ERROR.failed, { cause: error }));
    };
    const stop = (): void => failed(new HttpFault(HOST_ERROR.timedOut));
    secure.on("error", failed);
    // Since it was asked last.
    if (signal.aborted) return stop();
    signal.addEventListener("abort", stop, { once: true });
    secure.once("secureConnect", () => {
      signal.removeEventListener("abort", stop);
      resolve(secure);
    });
  });
}

/** A look-up of names cannot be stopped; it is not waited for. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(new HttpFault(HOST_ERROR.timedOut));
    // In any case: what fails and is not waited for would end this process.
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
    if (signal.aborted) return stop();
    signal.addEventListener("abort", stop, { once: true });
  });
}
