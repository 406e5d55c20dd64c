/**
 * Why a call was refused, or went without a secret: for whoever looks at its outcome. The call itself is told a number, and no more (T37). Names in it
 * are a stranger's.
 */
import { type JsonObject, shorten } from "palyra-skills/encoding";
import type { CallOutcome } from "../pool/index.ts";

export interface Denial {
  /** An action of spec 2.5. */
  readonly capability: "skill.capability.http.egress" | "skill.capability.vault.read";
  /** An origin, or a secret's reference. */
  readonly name: string;
  /**
   * `private_address`: of this machine or network; `unusable_address`: nobody may reach such a one; `unbound`: bound to no such header of that origin;
   * `inserted`: the host alone holds it (T38); `foreign`: another's, or the host's own (T22).
   */
  readonly reason: "not_granted" | "private_address" | "unusable_address" | "undeclared" | "unbound" | "inserted" | "foreign";
  /** Where a secret was to go. */
  readonly header?: string;
  readonly origin?: string;
  /** An answer led there. */
  readonly redirected?: true;
}

/** `missing`: nothing is stored under its name; `unusable`: what is stored no tool is given, or is no header's text. */
export type SecretLack = "missing" | "unusable";

/** What a tool ends with by itself, and what may well be a consequence. */
const OWN_FAULTS: ReadonlySet<unknown> = new Set(["exit", "trap", "output"]);

export class Refusals {
  readonly #denials = new Map<string, Denial>();
  #lack: { readonly secret_ref: string; readonly secret_problem: SecretLack } | undefined;

  /** @param operation as the call's process names it, which tells of the first that was refused */
  denied(operation: string, denial: Denial): void {
    if (!this.#denials.has(operation)) this.#denials.set(operation, { ...denial, name: shorten(denial.name) });
  }

  lacks(secret_ref: string, secret_problem: SecretLack): void {
    this.#lack ??= { secret_ref, secret_problem };
  }

  /** The outcome with what the host knows of it. */
  explain(outcome: CallOutcome): CallOutcome {
    const details = this.#explained(outcome);
    return details === outcome.details ? outcome : { ...outcome, details };
  }

  #explained({ kind, details }: CallOutcome): JsonObject {
    if (kind === "RuntimeFailure" && OWN_FAULTS.has(details["fault"])) return { ...details, ...this.#lack };
    const denial = kind === "CapabilityDenied" ? this.#denials.get(String(details["operation"])) : undefined;
    return denial === undefined ? details : { ...details, ...denial };
  }
}
