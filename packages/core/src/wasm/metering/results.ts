import { BlockType } from "../immediates.ts";
import { MAX_TYPES } from "../limits.ts";
import type { FunctionTypes } from "../types.ts";
import { Refused } from "./metered.ts";
import type { Writer } from "./writer.ts";

const EMPTY = 0x40;
const FUNCTION = 0x60;

/** Block types that give what a function gives and take nothing. Those of several results are types of the module, appended where it has none. */
export class ResultBlocks {
  readonly #types: FunctionTypes;
  readonly #added: Uint8Array[] = [];
  /** By the results' codes: index of the type that is added. */
  readonly #known = new Map<string, number>();

  constructor(types: FunctionTypes) {
    this.#types = types;
  }

  write(typeIndex: number, into: Writer): void {
    const results = this.#types.results[typeIndex] ?? 0;
    if (results === 0) into.byte(EMPTY);
    else if (results < BlockType.indexed) into.all(this.#types.resultCodes(typeIndex));
    else into.positive(this.#indexOf(typeIndex));
  }

  get count(): number {
    return this.#added.length;
  }

  writeTypes(into: Writer): void {
    for (const results of this.#added) {
      into.byte(FUNCTION);
      into.byte(0);
      into.unsigned(results.length);
      into.all(results);
    }
  }

  #indexOf(typeIndex: number): number {
    if (this.#types.params[typeIndex] === 0) return typeIndex;
    const results = this.#types.resultCodes(typeIndex);
    const key = String.fromCharCode(...results);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const index = this.#types.count + this.#added.length;
    if (index >= MAX_TYPES) throw new Refused({ code: "NoRoom", what: "types", limit: MAX_TYPES });
    this.#added.push(results);
    this.#known.set(key, index);
    return index;
  }
}
