import type { Home } from "../lifecycle/home.ts";
import type { Settings } from "../settings.ts";

/** What operations work with; compose.ts makes it. An operation takes from it what it uses, and nothing else has an effect. */
export interface Services {
  readonly home: Home;
  readonly settings: Settings;
  /** All of stdin, of at most `limit` bytes. `Io` with code `EFBIG` where there is more. */
  readonly readStdin: (limit: number) => Promise<Uint8Array>;
  /** The same of a file descriptor that is open; it is closed then. */
  readonly readDescriptor: (descriptor: number, limit: number) => Promise<Uint8Array>;
  /** From the system's generator. */
  readonly randomBytes: (size: number) => Uint8Array;
  /** `SOURCE_DATE_EPOCH`: seconds since 1970 that a repeatable build uses as its time. */
  readonly sourceDateEpoch: string | undefined;
  /** Commands that serve: their bodies lie above this layer. */
  readonly conformance: ConformanceBodies;
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
  readonly differences: readonly { readonly case: string; readonly expected: string; readonly actual: string }[];
}

/** Bytes of a key file or of stdin; the longest form of a key, a PEM, has some hundred. */
export const MAX_KEY_BYTES = 64 * 1024;
