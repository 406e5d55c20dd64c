/** Pieces that are put together at a time: few enough for a chain of strings, many enough for a long text. */
const AT_ONCE = 4096;

/**
 * A text of many short pieces. Adding millions of them to one string makes a chain of as many links, which the engine
 * keeps, walks and collects one by one.
 */
export class Pieces {
  #text = "";
  #pieces: string[] = [];

  add(piece: string): void {
    if (this.#pieces.push(piece) === AT_ONCE) this.#join();
  }

  text(): string {
    this.#join();
    return this.#text;
  }

  #join(): void {
    this.#text += this.#pieces.join("");
    this.#pieces = [];
  }
}
