/**
 * Whose turn it is (spec 10.3). A call has a place at once while fewer run than the machine has cores for; one that has waited a moment gets a place beside
 * them, for what runs may be asleep or waiting for the network, and costs nothing. Of one skill, and of all, only so many run at once; who waits is
 * served by how little of his skill's runs, so that no skill keeps the others out.
 */

export interface TurnLimits {
  /** Calls at once that nobody has to wait for. */
  readonly atOnce: number;
  /** Calls at once, those that had to wait among them. */
  readonly most: number;
  /** Of them of one skill. */
  readonly mostOfOne: number;
  /** Milliseconds that a call waits for one of the first places. */
  readonly patienceMs: number;
}

/** A place; giving it back twice is giving it back once. */
export type Turn = () => void;

interface Waiting {
  readonly skillId: string;
  isLate: boolean;
  readonly start: (turn: Turn) => void;
}

export class Turns {
  readonly #limits: TurnLimits;
  /** Calls that run, by skill. */
  readonly #running = new Map<string, number>();
  readonly #waiting: Waiting[] = [];
  #all = 0;

  constructor(limits: TurnLimits) {
    this.#limits = limits;
  }

  /** Undefined: its caller gave up first. */
  take(skillId: string, signal: AbortSignal): Promise<Turn | undefined> {
    if (signal.aborted) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const waiting: Waiting = {
        skillId,
        isLate: false,
        start: (turn) => {
          clearTimeout(patience);
          signal.removeEventListener("abort", leave);
          resolve(turn);
        },
      };
      const leave = (): void => {
        clearTimeout(patience);
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        resolve(undefined);
      };
      const late = (): void => {
        waiting.isLate = true;
        this.#serve();
      };
      let patience: NodeJS.Timeout | undefined;
      this.#waiting.push(waiting);
      this.#serve();
      if (!this.#waiting.includes(waiting)) return;
      signal.addEventListener("abort", leave, { once: true });
      patience = setTimeout(late, this.#limits.patienceMs);
    });
  }

  #serve(): void {
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      this.#waiting.splice(this.#waiting.indexOf(next), 1);
      next.start(this.#start(next.skillId));
    }
  }

  /** Of those that may start the first of the skill of which the fewest run. */
  #next(): Waiting | undefined {
    const { atOnce, most, mostOfOne } = this.#limits;
    let found: Waiting | undefined;
    if (this.#all >= most) return found;
    for (const each of this.#waiting) {
      const own = this.#of(each.skillId);
      if (own >= mostOfOne || (this.#all >= atOnce && !each.isLate)) continue;
      if (found === undefined || own < this.#of(found.skillId)) found = each;
    }
    return found;
  }

  #of(skillId: string): number {
    return this.#running.get(skillId) ?? 0;
  }

  #start(skillId: string): Turn {
    let isOver = false;
    this.#count(skillId, 1);
    return () => {
      if (isOver) return;
      isOver = true;
      this.#count(skillId, -1);
      this.#serve();
    };
  }

  #count(skillId: string, by: number): void {
    this.#all += by;
    const own = this.#of(skillId) + by;
    if (own === 0) this.#running.delete(skillId);
    else this.#running.set(skillId, own);
  }
}
