/** Questions that were put and not answered yet. An answer counts once: who sends it again is asked again (T44). */

/** Of all clients. Where there is no room for one more, whoever has most loses the one that was put first: its answer comes too late. */
export const MAX_OPEN = 1024;

export class OpenQuestions {
  readonly #newId: () => string;
  /** By client, of those that have any; whose questions are the oldest stands first. */
  readonly #open = new Map<string, Set<string>>();
  readonly #clients = new Map<string, string>();

  /** @param newId that nobody can guess */
  constructor(newId: () => string) {
    this.#newId = newId;
  }

  put(client: string): string {
    const id = this.#newId();
    this.#clients.set(id, client);
    this.#open.set(client, (this.#open.get(client) ?? new Set()).add(id));
    if (this.#clients.size > MAX_OPEN) this.#makeRoom();
    return id;
  }

  /** Whether it was open; it is not any more. */
  settle(id: string): boolean {
    const client = this.#clients.get(id);
    if (client === undefined) return false;
    const open = this.#open.get(client);
    open?.delete(id);
    if (open?.size === 0) this.#open.delete(client);
    return this.#clients.delete(id);
  }

  /** Nobody can answer for a client that has gone. */
  forget(client: string): void {
    for (const id of this.#open.get(client) ?? []) this.#clients.delete(id);
    this.#open.delete(client);
  }

  #makeRoom(): void {
    let most: ReadonlySet<string> = new Set();
    for (const each of this.#open.values()) if (each.size > most.size) most = each;
    const [first] = most;
    if (first !== undefined) this.settle(first);
  }
}
