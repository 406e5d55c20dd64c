import type { Fault } from "../errors.ts";
import { fromInteger, type JsonNode, type JsonObjectNode, type JsonValue, toValue } from "./json.ts";
import { decodeText, JsonFault, type JsonOptions, parseJson } from "./parse.ts";
import { positionsAt, shorten } from "./position.ts";

/** Faults that are reported of one text; a text with more is not worth a longer list. */
export const MAX_FAULTS = 200;

/** A document that was read, or all that is wrong with it. */
export type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly faults: readonly Fault[] };

/**
 * Reads a JSON document of a fixed shape: `read` takes from the reader what it wants. A fault does not stop it: it gets a
 * stand-in of the right type, so that all faults are found in one go, and what it makes is thrown away.
 *
 * ```ts
 * const read = readJson(bytes, (root) => {
 *   const fields = root.object();
 *   const pin = { publisher: fields.required("publisher").string(), added: fields.optional("added", (at) => at.integer()) };
 *   fields.finish();
 *   return pin;
 * });
 * if (!read.ok) return read.faults;
 * ```
 */
export function readJson<T>(source: string | Uint8Array, read: (root: JsonReader) => T, options?: JsonOptions): Read<T> {
  const found = new FirstFaults();
  try {
    const text = typeof source === "string" ? source : decodeText(source);
    const value = read(new JsonReader(parseJson(text, options), "", found));
    return found.isEmpty ? { ok: true, value } : { ok: false, faults: found.located(text) };
  } catch (fault) {
    if (fault instanceof JsonFault) return { ok: false, faults: [fault.toFault()] };
    throw fault;
  }
}

/** As `readJson`, of a part of a document that was parsed before: faults have their paths, and no lines. */
export function readNode<T>(node: JsonNode, read: (root: JsonReader) => T): Read<T> {
  const found = new FirstFaults();
  const value = read(new JsonReader(node, "", found));
  return found.isEmpty ? { ok: true, value } : { ok: false, faults: found.first() };
}

interface Found {
  readonly fault: Fault;
  readonly offset: number;
}

/** The first faults in the order of the text, whatever the order in which they are found: a million cost no more than these. */
class FirstFaults {
  #found: Found[] = [];
  /** Offset from which on a fault cannot be among the first. */
  #end = Number.POSITIVE_INFINITY;

  get isEmpty(): boolean {
    return this.#found.length === 0;
  }

  /** `fault` is worked out only where it is wanted. */
  add(offset: number, fault: () => Fault): void {
    if (offset >= this.#end) return;
    this.#found.push({ fault: fault(), offset });
    if (this.#found.length === 2 * MAX_FAULTS) this.#keepFirst();
  }

  first(): readonly Fault[] {
    this.#keepFirst();
    return this.#found.map(({ fault }) => fault);
  }

  /** With line, column and quote of each. */
  located(text: string): readonly Fault[] {
    this.#keepFirst();
    const positions = positionsAt(
      text,
      this.#found.map(({ offset }) => offset),
    );
    return this.#found.map(({ fault, offset }) => ({ ...fault, ...positions.get(offset) }));
  }

  #keepFirst(): void {
    this.#found = this.#found.toSorted((a, b) => a.offset - b.offset).slice(0, MAX_FAULTS);
    this.#end = this.#found[MAX_FAULTS - 1]?.offset ?? this.#end;
  }
}

/** One value of a document, asked for by the type that it must have. */
export class JsonReader {
  /** Absent below a fault: then everything is a stand-in, and nothing more is reported. */
  readonly node: JsonNode | undefined;
  /** Of keys and indices, from the root: `pins.acme[2]`. */
  readonly path: string;
  readonly #faults: FirstFaults;

  constructor(node: JsonNode | undefined, path: string, faults: FirstFaults) {
    this.node = node;
    this.path = path;
    this.#faults = faults;
  }

  /** Reports this value. `found` is filled in from it unless it is given. */
  fault(problem: string, more: { readonly found?: string; readonly allowed?: string } = {}): void {
    const { node, path } = this;
    if (node === undefined) return;
    this.#faults.add(node.offset, () => {
      const shown = node.kind === "string" || node.kind === "integer" ? { found: shorten(String(node.value)) } : {};
      return { path, problem, ...shown, ...more };
    });
  }

  get isNull(): boolean {
    return this.node?.kind === "null";
  }

  /** `problemOf` says what is wrong with a text, undefined for nothing. */
  string(problemOf?: (text: string) => string | undefined): string {
    if (this.node?.kind !== "string") return this.#expected("a string", "");
    const problem = problemOf?.(this.node.value);
    if (problem !== undefined) this.fault(problem);
    return this.node.value;
  }

  oneOf<const T extends string>(allowed: readonly [T, ...T[]]): T {
    const text = this.string();
    const match = allowed.find((each) => each === text);
    if (match === undefined && this.node?.kind === "string") this.fault("not an allowed value", { allowed: allowed.join(", ") });
    return match ?? allowed[0];
  }

  /** An integer of any size, written as one: `1.0` and `1e3` are none. Bounds are inclusive. */
  integer(bounds: { readonly min?: bigint; readonly max?: bigint } = {}): bigint {
    if (this.node?.kind !== "integer") return this.#expected("an integer", 0n);
    const { value } = this.node;
    if (bounds.min !== undefined && value < bounds.min) this.fault("too small", { allowed: `at least ${bounds.min}` });
    if (bounds.max !== undefined && value > bounds.max) this.fault("too large", { allowed: `at most ${bounds.max}` });
    return value;
  }

  /** An integer that a double holds safely. */
  safeInteger(bounds: { readonly min?: number; readonly max?: number } = {}): number {
    const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = bounds;
    const value = fromInteger(this.integer({ min: BigInt(min), max: BigInt(max) }));
    return typeof value === "number" ? value : 0;
  }

  boolean(): boolean {
    return this.node?.kind === "boolean" ? this.node.value : this.#expected("true or false", false);
  }

  /** Whatever it is. */
  value(): JsonValue {
    return this.node === undefined ? null : toValue(this.node);
  }

  array<T>(read: (item: JsonReader, index: number) => T): T[] {
    if (this.node?.kind !== "array") return this.#expected("an array", []);
    return this.node.items.map((item, index) => read(new JsonReader(item, `${this.path}[${index}]`, this.#faults), index));
  }

  /** An object whose keys are data. A Map, so no key is special. */
  map<T>(read: (value: JsonReader, key: string) => T): Map<string, T> {
    const values = new Map<string, T>();
    if (this.node?.kind !== "object") return this.#expected("an object", values);
    for (const [key, member] of this.node.members) values.set(key, read(this.#below(key, member), key));
    return values;
  }

  /** An object whose keys are known. */
  object(): Fields {
    const object = this.node?.kind === "object" ? this.node : this.#expected("an object", undefined);
    return new Fields(
      object,
      (key, node) => this.#below(key, node),
      (key) => this.#missing(key),
    );
  }

  #below(key: string, node: JsonNode | undefined): JsonReader {
    return new JsonReader(node, this.#pathOf(key), this.#faults);
  }

  #missing(key: string): void {
    if (this.node !== undefined) this.#faults.add(this.node.offset, () => ({ path: this.#pathOf(key), problem: "missing" }));
  }

  #pathOf(key: string): string {
    return this.path === "" ? shorten(key) : `${this.path}.${shorten(key)}`;
  }

  #expected<T>(allowed: string, standIn: T): T {
    if (this.node !== undefined) this.fault(`expected ${allowed}, found ${NAMES[this.node.kind]}`);
    return standIn;
  }
}

/** The members of an object with known keys. */
export class Fields {
  readonly #object: JsonObjectNode | undefined;
  readonly #below: (key: string, node: JsonNode | undefined) => JsonReader;
  readonly #missing: (key: string) => void;
  readonly #asked = new Set<string>();

  constructor(
    object: JsonObjectNode | undefined,
    below: (key: string, node: JsonNode | undefined) => JsonReader,
    missing: (key: string) => void,
  ) {
    this.#object = object;
    this.#below = below;
    this.#missing = missing;
  }

  has(key: string): boolean {
    return this.#object?.members.has(key) ?? false;
  }

  /** The member, whose absence is a fault. */
  required(key: string): JsonReader {
    this.#asked.add(key);
    const node = this.#object?.members.get(key);
    if (node === undefined && this.#object !== undefined) this.#missing(key);
    return this.#below(key, node);
  }

  /** What `read` makes of the member; undefined where it is absent. A `null` is a value like others. */
  optional<T>(key: string, read: (value: JsonReader) => T): T | undefined {
    this.#asked.add(key);
    const node = this.#object?.members.get(key);
    return node === undefined ? undefined : read(this.#below(key, node));
  }

  /** Reports every key that was not asked for. Not to be called where others are allowed. */
  finish(): void {
    const allowed = [...this.#asked].join(", ");
    for (const [key, node] of this.#object?.members ?? []) {
      if (!this.#asked.has(key)) this.#below(key, node).fault("unknown key", { allowed });
    }
  }
}

const NAMES = {
  null: "null",
  boolean: "true or false",
  integer: "an integer",
  float: "a fraction",
  string: "a string",
  array: "an array",
  object: "an object",
} as const satisfies { readonly [kind in JsonNode["kind"]]: string };
