import type { Automaton } from "./automaton.ts";
import { overlap } from "./characters.ts";

export type Ambiguity = "none" | "polynomial" | "exponential" | "too_large";

/** Steps that the searches of one schema may take together: a bound on the time, in place of a clock. */
const MAX_STEPS = 2_000_000;

export class Steps {
  #left = MAX_STEPS;

  /** False when there are no more. */
  take(): boolean {
    return this.#left-- > 0;
  }
}
/** Repetitions in a row that can share a text between them: that many make its length to that power. */
const MANY_LOOPS = 3;

/**
 * How many ways there are to match one text (Weber and Seidl, 1991): exponentially many where a state comes back to itself by
 * two ways over the same characters, and the power of n where n repetitions in a row can take the same characters. A matcher
 * that goes back tries them all before it gives up.
 */
export function ambiguityOf(automaton: Automaton, steps: Steps): Ambiguity {
  const search = new Search(automaton, steps);
  const loops = search.loops();
  if (loops === undefined) return "too_large";
  for (const loop of loops) {
    const found = search.isExponential(loop);
    if (found !== false) return found === true ? "exponential" : "too_large";
  }
  const longest = search.longestChain(loops);
  if (longest === undefined) return "too_large";
  return longest >= MANY_LOOPS ? "polynomial" : "none";
}

class Search {
  readonly #automaton: Automaton;
  readonly #count: number;
  /** 0 unknown, 1 no, 2 yes. */
  readonly #overlaps: Uint8Array;
  readonly #steps: Steps;

  constructor(automaton: Automaton, steps: Steps) {
    this.#steps = steps;
    this.#automaton = automaton;
    this.#count = automaton.sets.length;
    this.#overlaps = new Uint8Array(this.#count * this.#count);
  }

  /** The strongly connected parts in which one can go round, each the set of its states. */
  loops(): readonly ReadonlySet<number>[] | undefined {
    const reached: ReadonlySet<number>[] = [];
    for (let state = 0; state < this.#count; state++) {
      const found = this.#reachable(state);
      if (found === undefined) return undefined;
      reached.push(found);
    }
    const seen = new Set<number>();
    const loops: Set<number>[] = [];
    for (let state = 0; state < this.#count; state++) {
      if (seen.has(state) || reached[state]?.has(state) !== true) continue;
      const loop = new Set([...(reached[state] ?? [])].filter((other) => reached[other]?.has(state) === true));
      for (const each of loop) seen.add(each);
      loops.push(loop);
    }
    return loops;
  }

  /** Undefined where the search was too long. */
  isExponential(loop: ReadonlySet<number>): boolean | undefined {
    for (const state of loop) {
      const inside = this.#follows(state).filter((next) => loop.has(next));
      if (new Set(inside).size < inside.length) return true;
    }
    // Pairs of different states that the same characters lead to; one that comes together again is a second way.
    const queue = [...loop].map((state) => [state, state] as const);
    const seen = new Set<number>();
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      const [a, b] = next;
      for (const toA of this.#follows(a))
        for (const toB of this.#follows(b)) {
          if (!this.#steps.take()) return undefined;
          if (!loop.has(toA) || !loop.has(toB) || !this.#overlap(toA, toB)) continue;
          if (toA === toB) {
            if (a !== b) return true;
            continue;
          }
          const key = Math.min(toA, toB) * this.#count + Math.max(toA, toB);
          if (seen.has(key)) continue;
          seen.add(key);
          queue.push([toA, toB]);
        }
    }
    return false;
  }

  /** Of loops in a row of which each can give its characters to the next. */
  longestChain(loops: readonly ReadonlySet<number>[]): number | undefined {
    const shares: number[][] = [];
    for (const [from, a] of loops.entries()) {
      shares.push([]);
      for (const [to, b] of loops.entries()) {
        if (from === to) continue;
        const found = this.#canShare(a, b);
        if (found === undefined) return undefined;
        if (found) shares[from]?.push(to);
      }
    }
    // Loops follow one another in one direction only, else they were one.
    const length = new Map<number, number>();
    const longest = (loop: number): number => {
      const known = length.get(loop);
      if (known !== undefined) return known;
      const found = 1 + Math.max(0, ...(shares[loop] ?? []).map(longest));
      length.set(loop, found);
      return found;
    };
    return Math.max(0, ...loops.map((_, loop) => longest(loop)));
  }

  /** Is there a text that goes round in the one, from it into the other, and round in the other? */
  #canShare(a: ReadonlySet<number>, b: ReadonlySet<number>): boolean | undefined {
    const [p = 0] = a;
    const [q = 0] = b;
    const reached = this.#reachable(p);
    if (reached === undefined) return undefined;
    if (!reached.has(q)) return false;
    for (const start of a)
      for (const end of b) {
        const found = this.#sharesFrom(start, end, a, b);
        if (found !== false) return found;
      }
    return false;
  }

  #sharesFrom(p: number, q: number, a: ReadonlySet<number>, b: ReadonlySet<number>): boolean | undefined {
    const count = this.#count;
    const seen = new Set<number>();
    const queue: (readonly [number, number, number])[] = [[p, p, q]];
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      const [x, y, z] = next;
      for (const toX of this.#follows(x)) {
        if (!a.has(toX)) continue;
        for (const toY of this.#follows(y)) {
          if (!this.#steps.take()) return undefined;
          if (!this.#overlap(toX, toY)) continue;
          for (const toZ of this.#follows(z)) {
            if (!this.#steps.take()) return undefined;
            if (!b.has(toZ) || !this.#overlap(toX, toZ) || !this.#overlap(toY, toZ)) continue;
            if (toX === p && toY === q && toZ === q) return true;
            const key = (toX * count + toY) * count + toZ;
            if (seen.has(key)) continue;
            seen.add(key);
            queue.push([toX, toY, toZ]);
          }
        }
      }
    }
    return false;
  }

  #follows(state: number): readonly number[] {
    return this.#automaton.follows[state] ?? [];
  }

  #reachable(state: number): ReadonlySet<number> | undefined {
    const reached = new Set<number>();
    const queue = [state];
    for (let next = queue.pop(); next !== undefined; next = queue.pop())
      for (const to of this.#follows(next)) {
        if (!this.#steps.take()) return undefined;
        if (reached.has(to)) continue;
        reached.add(to);
        queue.push(to);
      }
    return reached;
  }

  #overlap(a: number, b: number): boolean {
    const key = a * this.#count + b;
    const known = this.#overlaps[key];
    if (known !== 0) return known === 2;
    const found = overlap(this.#automaton.sets[a] ?? [], this.#automaton.sets[b] ?? []);
    this.#overlaps[key] = found ? 2 : 1;
    return found;
  }
}
