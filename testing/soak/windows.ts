/** What is measured while something goes on for long, by parts of the way: whether it is the same at the end as after the warm-up. */

/** Share of the way that is warm-up; what comes after is told in as many windows. */
const WARM_UP = 0.25;
const WINDOWS = 6;
/** The last window may be so much above the first: a heap is not collected at the same moment twice. */
const MOST_GROWTH = { share: 0.15, megabytes: 24 };

export class Windows {
  readonly #values = new Map<string, number[][]>();

  /** @param at how much of the way is done, 0 to 1 */
  add(name: string, at: number, value: number): void {
    if (at < WARM_UP) return;
    const windows = this.#values.get(name) ?? Array.from({ length: WINDOWS }, (): number[] => []);
    this.#values.set(name, windows);
    windows[Math.min(WINDOWS - 1, Math.floor(((at - WARM_UP) / (1 - WARM_UP)) * WINDOWS))]?.push(value);
  }

  /** Medians, rounded; null: nothing was measured. */
  told(): { readonly [name: string]: readonly (number | null)[] } {
    return Object.fromEntries([...this.#values].map(([name, windows]) => [name, windows.map(median)]));
  }

  /** What memory has grown, in words. */
  grown(): readonly string[] {
    return [...this.#values].flatMap(([name, windows]) => {
      const [first, last] = [median(windows[0] ?? []), median(windows.at(-1) ?? [])];
      if (!name.endsWith("MB") || first === null || last === null) return [];
      const most = first * (1 + MOST_GROWTH.share) + MOST_GROWTH.megabytes;
      return last > most ? [`${name}: ${first} after the warm-up, ${last} at the end`] : [];
    });
  }
}

function median(values: readonly number[]): number | null {
  const middle = values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)];
  return middle === undefined ? null : Math.round(middle * 10) / 10;
}
