/**
 * Numbers that a seed text decides: the same text gives the same numbers on every machine (mulberry32 over FNV-1a). A
 * fuzzer's input is made from nothing else, so that a seed is enough to make it again.
 */
export class Random {
  #state: number;

  constructor(seed: string) {
    let hash = 0x811c9dc5;
    for (const character of seed) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
    this.#state = hash >>> 0;
  }

  /** 32 bits. */
  u32(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  /** 0 to `count` - 1; 0 where there is nothing to choose from. */
  below(count: number): number {
    return count <= 1 ? 0 : this.u32() % count;
  }

  /** Once in `times`. */
  oneIn(times: number): boolean {
    return this.below(times) === 0;
  }

  pick<T>(choices: readonly [T, ...T[]]): T {
    return choices[this.below(choices.length)] ?? choices[0];
  }

  /** One of a list that may be empty. */
  pickAny<T>(choices: readonly T[]): T | undefined {
    return choices[this.below(choices.length)];
  }

  /** A small number mostly, a large one at times: 0 to `most`. */
  size(most: number): number {
    return this.below(this.below(most + 1) + 1);
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.below(256));
  }
}
