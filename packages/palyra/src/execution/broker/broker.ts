/** What the host does for a call that runs in its process: files, HTTP, secrets, storage (spec 10.3, 10.4). Nothing that a child says is believed. */
import { HOST_ERROR, type HostReply, type HostRequest, reply } from "palyra-sandbox/host-messages";
import type { CallOutcome } from "../pool/index.ts";
import { isFileRequest, RootFiles } from "./files.ts";
import type { OpenRoot } from "./handles.ts";
import { NETWORK, type Network } from "./http/connect.ts";
import { type HttpOptions, HttpRequests } from "./http/requests.ts";
import { BROKER_LIMITS, type BrokerLimits } from "./limits.ts";
import { Refusals } from "./refusals.ts";
import { Room } from "./room.ts";
import { openRoots, type RootGrant } from "./roots.ts";
import { type SecretOptions, Secrets } from "./secrets.ts";
import { Storage } from "./storage.ts";
import { type CapabilityUse, Uses } from "./uses.ts";

export interface BrokerOptions {
  readonly stateRoot: string;
  /** Folders besides in which, and above which, no root may be: the vault, the journal, the skills, wherever they are. */
  readonly guarded: readonly string[];
  readonly skillId: string;
  readonly principal: string;
  readonly channel: string | null;
  /** In the order in which the child knows them. */
  readonly roots: readonly RootGrant[];
  readonly http: HttpOptions;
  readonly secrets: Pick<SecretOptions, "granted" | "global" | "insertions" | "read">;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly randomBytes: (count: number) => Uint8Array;
  /** The end of the call. */
  readonly signal: AbortSignal;
  readonly limits?: BrokerLimits;
  readonly network?: Network;
}

/** One a call. */
export interface Broker {
  handle(request: HostRequest): Promise<HostReply>;
  /** Ends what is under way and gives everything back. */
  close(): Promise<void>;
  readonly uses: readonly CapabilityUse[];
  /** The outcome of its call, with what the call itself was not told: which place it was refused, and why. */
  explain(outcome: CallOutcome): CallOutcome;
}

/** Opens the granted roots, and makes those that are not there. What answers questions is made at the first of them: most calls ask none. `UnsafeStateRoot`, `Io`. */
export async function openBroker(options: BrokerOptions): Promise<Broker> {
  const { stateRoot, guarded, skillId, principal, limits = BROKER_LIMITS, network = NETWORK, signal } = options;
  const opened = openRoots(options.roots, { stateRoot, guarded, skillId });
  const roots = options.roots.map(({ name, write }, index): OpenRoot => ({ fd: opened[index] ?? -1, name, write }));
  const uses = new Uses();
  const refusals = new Refusals();
  const note = (root: string, change: boolean, granted: boolean): void =>
    uses.add("filesystem", root, change ? "write" : "read", granted);
  const files = firstUse(() => new RootFiles(roots, limits, note, options.now, new Room([stateRoot, ...guarded])));
  const storage = firstUse(
    () => new Storage(files(), roots, () => `.palyra-${Buffer.from(options.randomBytes(8)).toString("hex")}`),
  );
  const secrets = firstUse(() => new Secrets({ ...options.secrets, skillId, principal, channel: options.channel, refusals }));
  let isAsked = false;
  const http = firstUse(() => {
    isAsked = true;
    return new HttpRequests(options.http, {
      asker: { skillId, principal },
      network,
      limits: limits.http,
      secrets: secrets(),
      uses,
      refusals,
      signal,
    });
  });
  let closed = false;
  return {
    handle: async (request) => {
      if (closed) return reply(HOST_ERROR.failed);
      if (request.op === "sync") return files().sync(request.handle);
      if (request.op === "list") return files().list(request);
      if (isFileRequest(request)) return files().handle(request);
      switch (request.op) {
        case "http_send":
          return http().send(request.head, request.body);
        case "http_head":
          return http().head(request.request);
        case "http_read":
          return http().read(request.request, request.length);
        case "http_close":
          return http().close(request.request);
        case "secret_read":
          return readSecret(secrets(), { uses, refusals }, request.name);
        case "storage_read":
          return storage().read(request.path, request.offset, request.length);
        case "storage_list":
          return storage().list(request.path);
        case "storage_write":
          return storage().write(request.path, request.bytes);
        case "storage_remove":
          return storage().remove(request.path);
      }
    },
    close: async () => {
      if (closed) return;
      closed = true;
      if (isAsked) http().end();
      if (roots.length > 0) files().close();
    },
    get uses() {
      return uses.all;
    },
    explain: (outcome) => refusals.explain(outcome),
  };
}

function firstUse<Made extends object>(make: () => Made): () => Made {
  let made: Made | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

async function readSecret(
  secrets: Secrets,
  { uses, refusals }: { readonly uses: Uses; readonly refusals: Refusals },
  name: string,
): Promise<HostReply> {
  const reason = secrets.unreadable(name);
  uses.add("secret", name, "read", reason === undefined);
  if (reason !== undefined) {
    refusals.denied("secret_read", { capability: "skill.capability.vault.read", name, reason });
    return reply(HOST_ERROR.denied);
  }
  const value = await secrets.value(name);
  return value === undefined ? reply(HOST_ERROR.notFound) : reply(0, 0n, value);
}
