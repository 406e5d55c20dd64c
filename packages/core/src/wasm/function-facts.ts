import type { ExportFact, FunctionType, ImportFact } from "./facts.ts";
import type { FunctionTypes } from "./types.ts";

/**
 * Imported and exported functions, whose types are listed only when they are asked for: there can be 100 000 of them, of 2 000 values
 * each. Classes, since an engine keeps a shape of its own for every object that is written with a getter.
 */
export class FunctionImport implements ImportFact {
  readonly module: string;
  readonly name: string;
  readonly kind = "function";
  readonly offset: number;
  readonly #types: FunctionTypes;
  readonly #type: number;

  constructor(module: string, name: string, offset: number, types: FunctionTypes, type: number) {
    this.module = module;
    this.name = name;
    this.offset = offset;
    this.#types = types;
    this.#type = type;
  }

  get type(): FunctionType {
    return this.#types.at(this.#type);
  }
}

export class FunctionExport implements ExportFact {
  readonly name: string;
  readonly kind = "function";
  readonly index: number;
  readonly offset: number;
  readonly #types: FunctionTypes;
  readonly #type: number;

  constructor(name: string, index: number, offset: number, types: FunctionTypes, type: number) {
    this.name = name;
    this.index = index;
    this.offset = offset;
    this.#types = types;
    this.#type = type;
  }

  get type(): FunctionType {
    return this.#types.at(this.#type);
  }
}
