/** Requests to one peer over one connection: what was proven by the first answer holds for what is sent after it (spec 6, T29). */
import { Agent, type ClientRequestArgs } from "node:http";
import type { Duplex } from "node:stream";
import { NetFailure } from "./send.ts";

type Opened = (error: Error | null, stream: Duplex) => void;

export interface OneConnectionOptions {
  /** 64 lower-case hex digits of the certificate that the peer must show; absent: no TLS. */
  readonly certificateSha256?: string | undefined;
}

/** Refuses a second connection: by then another process may listen there. Destroy it when all is said. */
export class OneConnection extends Agent {
  readonly #certificateSha256: string | undefined;
  #opened = false;

  constructor({ certificateSha256 }: OneConnectionOptions = {}) {
    super({ keepAlive: true, maxSockets: 1 });
    this.#certificateSha256 = certificateSha256;
  }

  override createConnection(options: ClientRequestArgs, callback?: Opened): Duplex | null | undefined {
    if (this.#opened) throw new NetFailure("failed", "it closed the connection before it was told what to do");
    this.#opened = true;
    if (this.#certificateSha256 === undefined) return super.createConnection(options, callback);
    return openPinned(options, this.#certificateSha256, callback);
  }
}

/** The certificate itself is known, from a file that only its owner can write: who signed it says no more. */
function openPinned({ host, port }: ClientRequestArgs, sha256: string, callback: Opened | undefined): undefined {
  const { connect } = process.getBuiltinModule("node:tls");
  const options = { host: host ?? "127.0.0.1", port: Number(port), minVersion: "TLSv1.2", rejectUnauthorized: false } as const;
  const socket = connect(options, () => {
    const shown = socket.getPeerCertificate().fingerprint256.replaceAll(":", "").toLowerCase();
    if (shown === sha256) callback?.(null, socket);
    else socket.destroy(new NetFailure("failed", "it shows another certificate"));
  });
  socket.once("error", (error) => callback?.(error, socket));
}
