/** What a call did with its capabilities, for the journal and the receipt (spec 10.4: each use is journaled). */
import { shorten } from "palyra-skills/encoding";

export interface CapabilityUse {
  readonly capability: "filesystem" | "http" | "secret";
  /** A root, an origin, a secret's reference. */
  readonly resource: string;
  /** `read`, `write`, an HTTP method, `insert`. */
  readonly action: string;
  readonly allowed: boolean;
  /** How often. */
  readonly count: number;
}

/** Different uses that are told apart; what is more is counted under `*`. */
const MOST_USES = 256;
/** Characters of a resource: a stranger's module says it. */
const MOST_CHARACTERS = 300;

export class Uses {
  readonly #known = new Map<string, CapabilityUse>();

  add(capability: CapabilityUse["capability"], resource: string, action: string, allowed: boolean): void {
    const told = shorten(resource, MOST_CHARACTERS);
    const key = (of: string): string => JSON.stringify([capability, of, action, allowed]);
    const shown = this.#known.size < MOST_USES || this.#known.has(key(told)) ? told : "*";
    const count = (this.#known.get(key(shown))?.count ?? 0) + 1;
    this.#known.set(key(shown), { capability, resource: shown, action, allowed, count });
  }

  get all(): readonly CapabilityUse[] {
    return [...this.#known.values()];
  }
}
