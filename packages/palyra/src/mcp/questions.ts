/** Questions that were put and not answered yet. An answer counts once: who sends it again is asked again (T44). */

/** Those that were put first are forgotten first: their answers come too late. */
const MAX_OPEN = 1024;

export class OpenQuestions {
  readonly #newId: () => string;
  readonly #open = new Set<string>();

  /** @param newId that nobody can guess */
  constructor(newId: () => string) {
    this.#newId = newId;
  }

  put(): string {
    const id = this.#newId();
    this.#open.add(id);
    const [oldest] = this.#open;
    if (this.#open.size > MAX_OPEN && oldest !== undefined) this.#open.delete(oldest);
    return id;
  }

  /** Whether it was open; it is not any more. */
  settle(id: string): boolean {
    return this.#open.delete(id);
  }
}
