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

/**
 * Different uses of a capability that are told apart; what is more is counted under `*`. What was granted apart from what was refused: a module can ask
 * for any number of things that it does not get, and they hide nothing that it got. A call's requests, redirects too, lead to fewer origins than that.
 */
const MOST_ALLOWED = 512;
const MOST_REFUSED = 256;
/** Characters of a resource: a stranger's module says it. */
const MOST_CHARACTERS = 300;

export class Uses {
  readonly #known = new Map<string, CapabilityUse>();
  /** By capability, and whether it was granted. */
  readonly #taken = new Map<string, number>();

  add(capability: CapabilityUse["capability"], resource: string, action: string, allowed: boolean): void {
    const told = shorten(resource, MOST_CHARACTERS);
    const key = (of: string): string => JSON.stringify([capability, of, action, allowed]);
    const shown = this.#known.has(key(told)) || this.#takesRoom(capability, allowed) ? told : "*";
    const count = (this.#known.get(key(shown))?.count ?? 0) + 1;
    this.#known.set(key(shown), { capability, resource: shown, action, allowed, count });
  }

  /** What was added as granted, once of it, was refused in the end. */
  turnRefused(capability: CapabilityUse["capability"], resource: string, action: string): void {
    const key = (of: string): string => JSON.stringify([capability, of, action, true]);
    const name = [shorten(resource, MOST_CHARACTERS), "*"].map(key).find((each) => this.#known.has(each));
    const use = name === undefined ? undefined : this.#known.get(name);
    if (name === undefined || use === undefined) return;
    if (use.count > 1) this.#known.set(name, { ...use, count: use.count - 1 });
    else this.#known.delete(name);
    this.add(capability, resource, action, false);
  }

  #takesRoom(capability: CapabilityUse["capability"], allowed: boolean): boolean {
    const kind = `${capability} ${allowed}`;
    const taken = this.#taken.get(kind) ?? 0;
    if (taken >= (allowed ? MOST_ALLOWED : MOST_REFUSED)) return false;
    this.#taken.set(kind, taken + 1);
    return true;
  }

  get all(): readonly CapabilityUse[] {
    return [...this.#known.values()];
  }
}
