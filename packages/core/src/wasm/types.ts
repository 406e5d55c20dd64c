import { type CompileSum, typesBurden } from "./cost.ts";
import type { FunctionType, ValueType } from "./facts.ts";
import type { FeatureUse } from "./features.ts";
import { MAX_PARAMS, MAX_RESULTS, MAX_TYPES } from "./limits.ts";
import { Malformed, type RefusedFeature, refused } from "./malformed.ts";
import type { Reader } from "./reader.ts";

const VALUE_TYPES: { readonly [code: number]: ValueType } = {
  127: "i32",
  126: "i64",
  125: "f32",
  124: "f64",
  123: "v128",
  112: "funcref",
};

/** Types of others than the accepted list, by the byte that they begin with. */
function featureOfType(code: number): RefusedFeature | undefined {
  if (code === 0x6f) return "externref";
  if (code === 0x69 || code === 0x74) return "exceptions";
  if (code === 0x68 || code === 0x75) return "stack switching";
  if (code === 0x63 || code === 0x64) return "typed function references";
  if (code === 0x67) return "string references";
  if (code === 0x65) return "threads";
  return (code >= 0x6a && code <= 0x6e) || (code >= 0x71 && code <= 0x73) || code === 0x77 || code === 0x78
    ? "garbage collection"
    : undefined;
}

/** Refuses a byte that is no accepted value type, naming what it belongs to. */
export function notAType(code: number, offset: number): Malformed {
  const feature = featureOfType(code);
  return feature === undefined ? new Malformed(`there is no type 0x${code.toString(16)}`, offset) : refused(feature, offset);
}

const ACCEPTED = Uint8Array.from({ length: 256 }, (_, code) => (VALUE_TYPES[code] === undefined ? 0 : 1));

/** Whether the byte is an accepted value type. */
export const isValueType = (code: number): boolean => ACCEPTED[code] === 1;

/** Passes one value type, noting what it is part of. */
export function skipValueType(reader: Reader, features: FeatureUse): void {
  const offset = reader.at;
  const code = reader.byte();
  if (!isValueType(code)) throw notAType(code, offset);
  noteType(code, offset, features);
}

export function noteType(code: number, offset: number, features: FeatureUse): void {
  if (code >= 0x7c) return;
  if (code === 0x7b) features.note("simd", offset);
  if (code === 0x70) features.note("reference_tables", offset);
}

/** `funcref`, the one type of table and of element that is accepted. */
export function readReferenceType(reader: Reader): void {
  const offset = reader.at;
  const code = reader.byte();
  if (code === 0x70) return;
  throw isValueType(code) ? new Malformed("a table or segment holds what is no reference", offset) : notAType(code, offset);
}

/** What `ref.null` is of: as a reference type is written, or the index of a type, which is a byte that begins no type. */
export function readHeapType(reader: Reader): void {
  const code = reader.peek();
  if (code >= 0 && (code < 0x40 || code >= 0x80)) throw refused("typed function references", reader.at);
  readReferenceType(reader);
}

/** FNV-1a with 32 bits. */
const FNV_BASIS = 0x811c_9dc5;
const FNV_PRIME = 0x0100_0193;

/** Values that are listed one by one may be kept for so many in all; types beyond are decoded again each time. */
const KEPT_VALUES = 1_000_000;

/**
 * The types section, kept as places and counts: a module can hold millions of values in its types, and only those of imports and
 * exports are ever listed.
 */
export class FunctionTypes {
  readonly count: number;
  readonly params: Uint16Array;
  readonly results: Uint16Array;
  /** Parameters and results of all types. */
  values = 0;
  readonly #bytes: Uint8Array;
  readonly #offsets: Uint32Array;
  readonly #listed = new Map<number, FunctionType>();
  #room = KEPT_VALUES;

  constructor(bytes: Uint8Array, count: number) {
    this.#bytes = bytes;
    this.count = count;
    this.params = new Uint16Array(count);
    this.results = new Uint16Array(count);
    this.#offsets = new Uint32Array(count);
  }

  /** Reads the type with that index at the reader's place. */
  read(index: number, reader: Reader, features: FeatureUse): void {
    const offset = reader.at;
    const form = reader.byte();
    if (form !== 0x60) throw notAFunctionType(form, offset);
    this.#offsets[index] = reader.at;
    this.params[index] = skipValues(reader, MAX_PARAMS, "parameters", features);
    const results = skipValues(reader, MAX_RESULTS, "results", features);
    this.results[index] = results;
    this.values += (this.params[index] ?? 0) + results;
    if (results > 1) features.note("multi_value", offset);
  }

  /** The type, its values listed. */
  at(index: number): FunctionType {
    const known = this.#listed.get(index);
    if (known !== undefined) return known;
    const params = this.#list(this.#offsets[index] ?? 0, this.params[index] ?? 0);
    const results = this.#list(params.end, this.results[index] ?? 0);
    const type = { params: params.values, results: results.values };
    this.#room -= params.values.length + results.values.length + 1;
    if (this.#room >= 0) this.#listed.set(index, type);
    return type;
  }

  /** The codes of the type's results, one byte each. */
  resultCodes(index: number): Uint8Array {
    const params = this.#skipCount(this.#offsets[index] ?? 0);
    const results = this.#skipCount(params + (this.params[index] ?? 0));
    return this.#bytes.subarray(results, results + (this.results[index] ?? 0));
  }

  /** Equal for equal types; of others, hardly ever. */
  hash(index: number): number {
    const params = this.#skipCount(this.#offsets[index] ?? 0);
    let hash = FNV_BASIS;
    for (let at = params; at < params + (this.params[index] ?? 0); at++)
      hash = Math.imul(hash ^ (this.#bytes[at] ?? 0), FNV_PRIME);
    hash = Math.imul(hash, FNV_PRIME);
    const results = this.#skipCount(params + (this.params[index] ?? 0));
    for (let at = results; at < results + (this.results[index] ?? 0); at++) {
      hash = Math.imul(hash ^ (this.#bytes[at] ?? 0), FNV_PRIME);
    }
    return hash >>> 0;
  }

  /** The count is a LEB128 number, which may be longer than it need be. */
  #skipCount(at: number): number {
    let last = at;
    while ((this.#bytes[last] ?? 0) >= 0x80) last += 1;
    return last + 1;
  }

  #list(at: number, count: number): { values: ValueType[]; end: number } {
    const values: ValueType[] = [];
    const first = this.#skipCount(at);
    for (let index = 0; index < count; index++) {
      const value = VALUE_TYPES[this.#bytes[first + index] ?? 0];
      if (value !== undefined) values.push(value);
    }
    return { values, end: first + count };
  }
}

function skipValues(reader: Reader, limit: number, what: string, features: FeatureUse): number {
  const count = reader.count(what, limit, 1);
  for (let index = 0; index < count; index++) skipValueType(reader, features);
  return count;
}

function notAFunctionType(form: number, offset: number): Malformed {
  if (form === 0x5d) return refused("stack switching", offset);
  if (form === 0x65) return refused("threads", offset);
  if (form === 0x4c || form === 0x4d) return refused("custom descriptors", offset);
  if (form === 0x5f || form === 0x5e || form === 0x50 || form === 0x4f || form === 0x4e) {
    return refused("garbage collection", offset);
  }
  return new Malformed(`there is no kind of type 0x${form.toString(16)}`, offset);
}

interface TypedModule {
  types: FunctionTypes;
  readonly features: FeatureUse;
  readonly burden: CompileSum;
}

/** The types section. */
export function readTypes(reader: Reader, module: TypedModule): void {
  // Two bytes, as those of a refused kind may have: they shall be named.
  const types = new FunctionTypes(reader.bytes, reader.count("types", MAX_TYPES, 2));
  for (let index = 0; index < types.count; index++) types.read(index, reader, module.features);
  module.types = types;
  // T24. Equal types count each for itself: to tell them apart would take what is to be bounded.
  module.burden.addToModule(typesBurden(types.count, types.values));
}
