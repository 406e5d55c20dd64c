import type { Readable, Writable } from "node:stream";
import type { Services } from "../operations/services.ts";
import type { Environment, SettingsOptions } from "../settings.ts";

/** The process as the command line sees it; the composition root fills it, tests fill it otherwise. */
export interface Host {
  readonly env: Environment;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Both are terminals where a person can be asked: their streams are for the prompt. */
  readonly prompt?: { readonly input: Readable & { setRawMode?(raw: boolean): unknown }; readonly output: Writable };
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** Settings and everything that is made of them. `Usage`, `JournalUnavailable`. */
  readonly compose: (options: SettingsOptions, askSecret?: (label: string) => Promise<Uint8Array>) => Services;
}

export interface Output {
  write(content: string | Uint8Array): void;
  readonly terminal: boolean;
  /** Nothing more can be written: whoever read has gone, for one. */
  readonly lost?: boolean;
  /** Of the terminal's window, where there is one. */
  readonly columns?: number | undefined;
}
