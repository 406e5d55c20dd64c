import type { JsonObject, JsonValue } from "palyra-skills/encoding";
import type { FileIdentity } from "../authoring/index.ts";
import type { Call } from "../call.ts";
import type { Runner, SandboxPool } from "../execution/index.ts";
import type { InstalledIndex } from "../installed/index.ts";
import type { Home } from "../lifecycle/home.ts";
import type { RunFile } from "../run-file/index.ts";
import type { Settings } from "../settings.ts";
import type { Vault } from "../vault/index.ts";

/** What operations work with; compose.ts makes it. An operation takes from it what it uses, and nothing else has an effect. */
export interface Services {
  readonly home: Home;
  readonly settings: Settings;
  /** The index, where it is kept between one operation and the next; absent: each reads it. */
  readonly readIndex?: () => Promise<InstalledIndex>;
  /** The vault, the same one each time: what unlocks it is asked for once. Loads it, opens nothing. */
  readonly openVault: () => Promise<Vault>;
  /** All of stdin, of at most `limit` bytes. `Io` with code `EFBIG` where there is more. */
  readonly readStdin: (limit: number) => Promise<Uint8Array>;
  /** Somebody connected stdin with something to be read: a pipe, a socket or a file; no terminal, and not `/dev/null`. */
  readonly stdinIsGiven: () => boolean;
  /** The same of a file descriptor that is open; it is closed then. */
  readonly readDescriptor: (descriptor: number, limit: number) => Promise<Uint8Array>;
  /** Files that stdout and stderr go to: whoever watches a folder is not set off by what it says itself. */
  readonly ownOutputs: () => readonly FileIdentity[];
  /** From the system's generator. */
  readonly randomBytes: (size: number) => Uint8Array;
  /** `SOURCE_DATE_EPOCH`: seconds since 1970 that a repeatable build uses as its time. */
  readonly sourceDateEpoch: string | undefined;
  /** Where one runs, or was named: what may be done by it is asked of it (spec 6.2). */
  readonly daemon?: DaemonPort;
  /** Asks the daemon that a run file names whether it is this state root's (spec 6, T29); it is told nothing but that. */
  readonly probeDaemon: (run: RunFile, signal: AbortSignal) => Promise<DaemonProbe>;
  readonly runtime: Runtime;
  /**
   * Runs tools (spec 10); the same one each time, closed by whoever asked first. `runsAtOnce`: a call is about to come, and its process starts while
   * all else is loaded.
   */
  readonly runner: (how?: { readonly runsAtOnce: boolean }) => Promise<Runner>;
  /** Processes for what is not installed; of their own, and closed by whoever asked. `SandboxUnavailable`. */
  readonly sandbox: () => Promise<SandboxPool>;
  /** For what has begun and is to be ended in order; absent where no person can interrupt it. */
  readonly interruption?: () => Interruption;
  /** The session of this terminal: what an approval for it is good for. */
  readonly session: () => string;
  /** Commands that serve: their bodies lie above this layer. */
  readonly conformance: ConformanceBodies;
  readonly serving: ServingBodies;
  /** Writes what waits to be written, for a process that lives long: before it ends, after all else. */
  readonly close: () => Promise<void>;
}

/** A person, or whoever stops processes, wants what runs to end. */
export interface Interruption {
  readonly signal: AbortSignal;
  /** From now on; before, the process ends at once. */
  listen(): void;
  end(): void;
}

/** `nobody` listens there; an `other` answers, which does not know the secret; `silent`: no answer that can be understood. */
export type DaemonProbe = "proves" | "nobody" | "other" | "silent";

/** What this program runs on. */
export interface Runtime {
  /** Of Node, without a `v`. */
  readonly node: string;
  /** The file that was started, where it is known. */
  readonly program: string | undefined;
  /** `PATH`. */
  readonly path: string;
  /** Of the sources that this was built from: another text for another program (spec 5.4). */
  readonly code: string;
}

/** A daemon that somebody named, or this state root's own; the CLI speaks with it. */
export interface DaemonPort {
  /** Its address, without a password. */
  readonly name: string;
  /** It has proven that it is this state root's: what it answers is of the same files as what would be done here. */
  readonly isOwn: boolean;
  /**
   * Posts a document to a path below `/admin/v1/`. Undefined: nobody listens there, on this machine, so that the work is done here (D5).
   * `DaemonUnreachable`, `DaemonRefused`, `Usage`. @param timeoutMs for the answer, where it may take longer than most
   */
  post(path: string, body: JsonObject, timeoutMs?: number): Promise<JsonValue | undefined>;
}

/** Filled by compose.ts from the module `mcp`. */
export interface ServingBodies {
  /** One client of MCP on stdin and stdout, until it goes (spec 10.6). */
  mcp(call: Call, names: "id" | "model"): Promise<void>;
}

/** Filled by compose.ts from the module `conformance`. */
export interface ConformanceBodies {
  /** Answers JSON lines on stdin until it ends (spec 12). */
  serve(): Promise<void>;
  /** Feeds every vector to a command and compares (spec 12). */
  run(request: ConformanceRequest): Promise<ConformanceReport>;
}

export interface ConformanceRequest {
  /** Folders of vectors beside the project's own. */
  readonly vectors: readonly string[];
  readonly command: readonly [string, ...string[]];
}

export interface ConformanceReport {
  readonly areas: readonly ConformanceArea[];
  /** Cases that agree, differ, and that the command does not cover. */
  readonly agreed: number;
  readonly differed: number;
  readonly not_covered: number;
}

export interface ConformanceArea {
  readonly area: string;
  readonly agreed: number;
  readonly not_covered: number;
  readonly differences: readonly ConformanceDifference[];
}

export interface ConformanceDifference {
  readonly case: string;
  readonly expected: string;
  readonly actual: string;
  /** This project itself differs there, on purpose (docs/interoperability.md). */
  readonly known: boolean;
}

/** Bytes of a key file or of stdin; the longest form of a key, a PEM, has some hundred. */
export const MAX_KEY_BYTES = 64 * 1024;
