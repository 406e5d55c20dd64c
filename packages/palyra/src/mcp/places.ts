/** Calls under way at a time, and how clients share them: each that waits for a process holds files open. */
export class CallPlaces {
  readonly #most: number;
  readonly #spare: number;
  /** By clients that hold any. */
  readonly #held = new Map<string, number>();
  #taken = 0;

  /** @param isShared whether other clients may come: else the one that is there may hold all */
  constructor(most: number, isShared: boolean) {
    this.#most = most;
    this.#spare = isShared ? 1 : 0;
  }

  /**
   * Gives what gives the place back; undefined: there is none for this client now. While there is any, each client may have one, and no more
   * than if one more client were there and all had as many: whoever is alone holds half, and the next that comes finds room.
   */
  take(client: string): (() => void) | undefined {
    const held = this.#held.get(client) ?? 0;
    const share = this.#most / (this.#held.size + this.#spare);
    if (this.#taken >= this.#most || (held > 0 && held + 1 > share)) return undefined;
    this.#held.set(client, held + 1);
    this.#taken += 1;
    return () => this.#give(client);
  }

  #give(client: string): void {
    const left = (this.#held.get(client) ?? 1) - 1;
    if (left > 0) this.#held.set(client, left);
    else this.#held.delete(client);
    this.#taken -= 1;
  }
}
