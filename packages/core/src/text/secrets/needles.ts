/**
 * Many short byte strings looked for at once (Aho and Corasick, 1975): one step for each byte, whatever the needles and the bytes are. Bytes
 * that occur in no needle are one class, so that the table stays small; states at which a needle ends have the highest
 * numbers, so that one comparison tells them.
 */
export class Needles {
  readonly #classes = new Uint8Array(256);
  readonly #width: number;
  readonly #next: Uint16Array;
  /** From this state on a needle ends. */
  readonly #firstEnd: number;
  /** Needles that end at each of those states. */
  readonly #ends: readonly (readonly number[])[];
  readonly #lengths: readonly number[];

  /** Needles of bytes, one character each. */
  constructor(needles: readonly string[]) {
    this.#lengths = needles.map(({ length }) => length);
    const used = [...new Set(needles.flatMap((needle) => Array.from(needle, (character) => character.charCodeAt(0))))];
    for (const [index, byte] of used.entries()) this.#classes[byte] = index + 1;
    this.#width = used.length + 1;
    const tree = treeOf(needles, this.#classes, this.#width);
    const links = linksOf(tree, this.#width);
    const plain = tree.ends.flatMap((ends, state) => (ends.length === 0 ? [state] : []));
    const ending = tree.ends.flatMap((ends, state) => (ends.length === 0 ? [] : [state]));
    const order = [...plain, ...ending];
    const numbers = new Map(order.map((state, number) => [state, number]));
    this.#firstEnd = plain.length;
    this.#ends = ending.map((state) => tree.ends[state] ?? []);
    this.#next = new Uint16Array(order.length * this.#width);
    for (const [number, state] of order.entries()) {
      for (let index = 0; index < this.#width; index++) {
        this.#next[number * this.#width + index] = numbers.get(links[state * this.#width + index] ?? 0) ?? 0;
      }
    }
  }

  /** Tells of every place where a needle stands between the two, in the order of their ends. */
  scan(bytes: Uint8Array, from: number, to: number, found: (needle: number, start: number) => void): void {
    const [classes, next, width, firstEnd] = [this.#classes, this.#next, this.#width, this.#firstEnd];
    let state = 0;
    for (let at = from; at < to; at++) {
      state = next[state * width + (classes[bytes[at] ?? 0] ?? 0)] ?? 0;
      if (state < firstEnd) continue;
      for (const needle of this.#ends[state - firstEnd] ?? []) found(needle, at + 1 - (this.#lengths[needle] ?? 0));
    }
  }
}

interface Tree {
  /** Of each state and class: the child, 0 for none. */
  readonly children: number[];
  /** Of each state: the needles that end there, those that end within them included once links are made. */
  readonly ends: number[][];
}

function treeOf(needles: readonly string[], classes: Uint8Array, width: number): Tree {
  const children: number[] = new Array<number>(width).fill(0);
  const ends: number[][] = [[]];
  for (const [index, needle] of needles.entries()) {
    let state = 0;
    for (const character of needle) {
      const edge = state * width + (classes[character.charCodeAt(0)] ?? 0);
      let child = children[edge] ?? 0;
      if (child === 0) {
        child = ends.length;
        ends.push([]);
        for (let each = 0; each < width; each++) children.push(0);
        children[edge] = child;
      }
      state = child;
    }
    ends[state]?.push(index);
  }
  return { children, ends };
}

/** Where each state goes on from for each class: its child, or what the longest end of it that begins a needle has. */
function linksOf({ children, ends }: Tree, width: number): number[] {
  const links = [...children];
  const fallbacks = new Array<number>(ends.length).fill(0);
  const queue: number[] = [0];
  for (const state of queue) {
    const fallback = fallbacks[state] ?? 0;
    if (state !== 0) ends[state]?.push(...(ends[fallback] ?? []));
    for (let index = 0; index < width; index++) {
      const edge = state * width + index;
      const child = children[edge] ?? 0;
      const beside = state === 0 ? 0 : (links[fallback * width + index] ?? 0);
      if (child === 0) links[edge] = beside;
      else {
        fallbacks[child] = beside;
        queue.push(child);
      }
    }
  }
  return links;
}
