/** Which skills are thought to end the thread that audits (spec 5.4, T19). In memory only: a daemon that is started anew begins anew. */
export class Suspects {
  #suspects = new Set<string>();
  #condemned = new Set<string>();

  /** The thread died in this one's turn. Once may be chance, or another's doing; again, alone, is not. */
  add(subject: string): void {
    (this.#suspects.has(subject) ? this.#condemned : this.#suspects).add(subject);
  }

  /** What the next pass is told. */
  get told(): Told {
    return { suspects: new Set(this.#suspects), condemned: new Set(this.#condemned) };
  }

  /** All have had their turn: who is still there was wrongly thought of, and who was condemned is stopped. */
  clear(): void {
    this.#suspects = new Set();
    this.#condemned = new Set();
  }
}

export interface Told {
  readonly suspects: ReadonlySet<string>;
  readonly condemned: ReadonlySet<string>;
}
