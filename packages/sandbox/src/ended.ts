/** How a call ends (spec 10.1), and what is thrown through a module to end it. */
import { type JsonObject, shorten, writeJson } from "palyra-skills/encoding";
import { MAX_DETAILS_BYTES } from "./limits.ts";
import type { Ended, OutcomeKind } from "./protocol.ts";

export interface Outcome {
  readonly kind: OutcomeKind;
  readonly details: JsonObject;
  readonly exitCode?: number;
}

/** Thrown by host functions, and caught by nobody but the call: a module cannot catch what is no exception of its own. */
export class Stop extends Error {
  readonly outcome: Outcome;

  constructor(outcome: Outcome) {
    super(outcome.kind);
    this.name = "Stop";
    this.outcome = outcome;
  }
}

/** Thrown by `proc_exit`. */
export class Exit extends Error {
  readonly code: number;

  constructor(code: number) {
    super("exit");
    this.name = "Exit";
    this.code = code;
  }
}

export const quotaExceeded = (quota: string, used: number | bigint, allowed: number | bigint): Outcome => ({
  kind: "QuotaExceeded",
  details: { quota, used, allowed },
});
export const invalid = (fault: string, more: JsonObject = {}): Outcome => ({ kind: "InvalidInput", details: { fault, ...more } });
export const failed = (fault: string, more: JsonObject = {}): Outcome => ({
  kind: "RuntimeFailure",
  details: { fault, ...more },
});

const NOTHING = new Uint8Array(0);

/** As it is told to the host. Details that say too much say only what kind of fault it was. */
export function endedOf(
  { kind, details, exitCode }: Outcome,
  used: { readonly fuel: bigint; readonly memoryBytes: number },
  stdout: Uint8Array = NOTHING,
): Ended {
  const text = writeJson(details);
  // At most three bytes of UTF-8 for a code unit.
  const short = text.length * 3 <= MAX_DETAILS_BYTES ? text : writeJson({ fault: details["fault"], shortened: true });
  return { kind, details: short, stdout, exitCode, ...used };
}

/** A name of a stranger's, for details. */
export const told = (name: string): string => shorten(name);
