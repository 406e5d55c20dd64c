/**
 * The system's look-up of a name cannot be stopped, and has two threads of the whole process. So there are two places, of which a caller of a skill
 * holds one at most, however many names of his never answer: whoever else asks has the other, or is next, and then each other skill goes before him
 * once at most. The host's own lists are looked up beside that, after what runs at most.
 */

/** What looks names up. */
export interface Resolver {
  /** All addresses of a name. */
  resolve(name: string): Promise<readonly string[]>;
}

/** Who wants to know. */
export interface Asker {
  readonly skillId: string;
  readonly principal: string;
}

const PLACES = 2;

interface Waiting {
  readonly skillId: string;
  readonly begins: (() => void)[];
  /** Skills that went before it while it was next: none does twice. */
  readonly passedBy: Set<string>;
}

/** Of one resolver. */
class Lookups {
  /** Skills whose look-ups are under way, by asker. */
  readonly #held = new Map<string, string>();
  /** By asker; who was served last stands last. */
  readonly #waiting = new Map<string, Waiting>();

  async pass<Result>({ skillId, principal }: Asker, work: () => Promise<Result>): Promise<Result> {
    const asker = JSON.stringify([skillId, principal]);
    await new Promise<void>((begin) => {
      const waiting = this.#waiting.get(asker) ?? { skillId, begins: [], passedBy: new Set() };
      waiting.begins.push(begin);
      this.#waiting.set(asker, waiting);
      this.#next();
    });
    try {
      return await work();
    } finally {
      this.#held.delete(asker);
      this.#next();
    }
  }

  /** A skill that holds no place goes before one that does, whoever calls it; but not again before who waits since. */
  #next(): void {
    if (this.#held.size >= PLACES) return;
    const holding = new Set(this.#held.values());
    const may = [...this.#waiting].filter(([asker]) => !this.#held.has(asker));
    const [first] = may;
    if (first === undefined) return;
    const { passedBy } = first[1];
    const [asker, { skillId, begins }] =
      may.find((each) => !holding.has(each[1].skillId) && (each === first || !passedBy.has(each[1].skillId))) ?? first;
    if (asker !== first[0]) passedBy.add(skillId);
    this.#waiting.delete(asker);
    const begin = begins.shift();
    if (begins.length > 0) this.#waiting.set(asker, { skillId, begins, passedBy: new Set() });
    this.#held.set(asker, skillId);
    begin?.();
  }
}

const ofResolvers = new WeakMap<Resolver, Lookups>();

/** All addresses of a name, once there is a place for the asker. @param signal of whoever waits no more: then it is not begun */
export function lookUp(name: string, asker: Asker, network: Resolver, signal: AbortSignal): Promise<readonly string[]> {
  const lookups = ofResolvers.get(network) ?? new Lookups();
  ofResolvers.set(network, lookups);
  return lookups.pass(asker, async () => {
    signal.throwIfAborted();
    return network.resolve(name);
  });
}
