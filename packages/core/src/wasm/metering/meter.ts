import { encodeUtf8 } from "../../encoding/index.ts";
import { MAX_EXPORTS, MAX_FUNCTION_BYTES, MAX_FUNCTIONS } from "../limits.ts";
import { Malformed } from "../malformed.ts";
import { Reader } from "../reader.ts";
import { readExports, readFunctions, readGlobals, readImports, readMemories, readStart, readTables } from "../sections.ts";
import { ModuleState } from "../state.ts";
import { readTypes } from "../types.ts";
import { type BodyContext, BodyMeter } from "./body.ts";
import { type Ceilings, copyLowered, type LoweredLimit, loweredLimits, memoryCeilings, tableCeilings } from "./ceilings.ts";
import { AddedGlobals } from "./globals.ts";
import { HEADER_BYTES, Id, ORDER, readLayout, type SectionPlace } from "./layout.ts";
import {
  type Metered,
  type MeteringOptions,
  type MeteringRefused,
  RESERVED_EXPORTS,
  RESERVED_MEMORY,
  Refused,
} from "./metered.ts";
import { ResultBlocks } from "./results.ts";
import { Writer } from "./writer.ts";

/** Of what is written: kept with what is compiled of it (spec 10.2). */
export const METERING_VERSION = 2;

/**
 * Rewrites a module so that it counts what it consumes and ends where its budget does (spec 10.2). Of a module that `readModule` accepted and
 * an engine validated, and of no other: what is wrong in the original may be right once something is appended. Indices of functions, types,
 * globals, memories and tables stay what they are. Time is linear in the bytes.
 */
export function meter(bytes: Uint8Array, options: MeteringOptions): Metered | MeteringRefused {
  try {
    const places = readLayout(bytes);
    const module = readOutline(bytes, places);
    const memories = memoryNames(module);
    checkRoom(module, memories);
    return new Metering(module, places, memories, options).write();
  } catch (error) {
    if (error instanceof Refused) return { ok: false, refusal: error.refusal };
    if (!(error instanceof Malformed)) throw error;
    return { ok: false, refusal: { code: "Malformed", problem: error.problem, offset: error.offset } };
  }
}

/** Everything but bodies and segments: what indices refer to. */
function readOutline(bytes: Uint8Array, places: ReadonlyMap<number, SectionPlace>): ModuleState {
  const module = new ModuleState(bytes);
  for (const id of ORDER) readInto(id);
  readInto(Id.start);
  return module;

  function readInto(id: number): void {
    const place = places.get(id);
    if (place !== undefined) OUTLINE[id]?.(new Reader(bytes, place.from, place.end), module);
  }
}

const OUTLINE: { readonly [id: number]: (reader: Reader, module: ModuleState) => void } = {
  [Id.types]: readTypes,
  [Id.imports]: readImports,
  [Id.functions]: readFunctions,
  [Id.tables]: readTables,
  [Id.memories]: readMemories,
  [Id.globals]: readGlobals,
  [Id.exports]: readExports,
  [Id.start]: readStart,
};

/** The name under which the module exports each memory, or a reserved one. */
function memoryNames({ memories, exports }: ModuleState): readonly string[] {
  const own = new Map(exports.filter(({ kind }) => kind === "memory").map(({ index, name }) => [index, name]));
  return memories.map((_, index) => own.get(index) ?? `${RESERVED_MEMORY}${index}`);
}

const isReservedMemory = (name: string): boolean => name.startsWith(RESERVED_MEMORY);

/** Names that metering adds are free, and there is room for what it adds. */
function checkRoom({ exports, functions, start }: ModuleState, memories: readonly string[]): void {
  const reserved: readonly string[] = Object.values(RESERVED_EXPORTS);
  const taken = exports.find(({ name }) => reserved.includes(name) || isReservedMemory(name));
  if (taken !== undefined) throw new Refused({ code: "ReservedExport", name: taken.name });
  if (exports.length + (start === undefined ? 2 : 3) + memories.filter(isReservedMemory).length > MAX_EXPORTS)
    throw new Refused({ code: "NoRoom", what: "exports", limit: MAX_EXPORTS });
  if (start !== undefined && functions.length === MAX_FUNCTIONS)
    throw new Refused({ code: "NoRoom", what: "functions", limit: MAX_FUNCTIONS });
}

class Metering {
  readonly #module: ModuleState;
  readonly #places: ReadonlyMap<number, SectionPlace>;
  readonly #memoryNames: readonly string[];
  readonly #options: MeteringOptions;
  readonly #memories: Ceilings;
  readonly #tables: Ceilings;
  readonly #globals: AddedGlobals;
  readonly #results: ResultBlocks;
  readonly #exports: readonly AddedExport[];
  readonly #lowered: readonly LoweredLimit[];

  constructor(
    module: ModuleState,
    places: ReadonlyMap<number, SectionPlace>,
    memories: readonly string[],
    options: MeteringOptions,
  ) {
    this.#module = module;
    this.#places = places;
    this.#memoryNames = memories;
    this.#options = options;
    this.#memories = memoryCeilings(module.memories, options.caps);
    this.#tables = tableCeilings(module.tables, options.caps);
    this.#globals = new AddedGlobals(module.globals.length);
    this.#results = new ResultBlocks(module.types);
    this.#exports = [
      ...addedExports(this.#globals.get("fuel", "i64"), this.#globals.get("refused", "i32"), module),
      ...addedMemories(memories),
    ];
    this.#lowered = loweredLimits(this.#memories, this.#tables);
  }

  write(): Metered {
    const { bytes, start } = this.#module;
    // Bodies come first: only they show which globals and types have to be added.
    const code = this.#code();
    const out = new Writer(bytes.length + code.length);
    out.copy(bytes, 0, HEADER_BYTES);
    for (const id of ORDER) this.#section(id, code, out);
    const { fuel, refused } = RESERVED_EXPORTS;
    const metered = { ok: true, bytes: out.taken(), fuel, refused, memories: this.#memoryNames } as const;
    return start === undefined ? metered : { ...metered, start: RESERVED_EXPORTS.start };
  }

  /** The contents of the code section. The start function is called by one that is added: so it is in wasmtime, whose totals count both. */
  #code(): Writer {
    const { bytes, functions, importedFunctions, definedFunctions, start } = this.#module;
    const place = this.#places.get(Id.code);
    const out = new Writer(place === undefined ? 0 : (place.end - place.from) * 2);
    const reader = new Reader(bytes, place?.from ?? 0, place?.end ?? 0);
    const count = place === undefined ? 0 : reader.count("bodies", MAX_FUNCTIONS, 2);
    if (count !== definedFunctions) throw new Malformed(`${count} bodies for ${definedFunctions} functions`, reader.at);
    out.unsigned(count + (start === undefined ? 0 : 1));
    const bodies = new BodyMeter(this.#bodyContext(), out);
    for (let index = importedFunctions; index < functions.length; index++) {
      const size = reader.u32();
      const from = reader.at;
      if (size > MAX_FUNCTION_BYTES) throw new Malformed(`a function of more than ${MAX_FUNCTION_BYTES} bytes`, from);
      reader.skip(size);
      bodies.rewrite(functions[index] ?? 0, from, reader.at);
    }
    if (start !== undefined) bodies.writeCaller(start);
    return out;
  }

  #bodyContext(): BodyContext {
    return {
      module: this.#module,
      mode: this.#options.mode,
      globals: this.#globals,
      results: this.#results,
      memories: { ceilings: this.#memories, name: "memory", bit: 1 },
      tables: { ceilings: this.#tables, name: "table", bit: 2 },
    };
  }

  #section(id: number, code: Writer, out: Writer): void {
    const { start } = this.#module;
    const place = this.#places.get(id);
    if (place === undefined && id !== Id.globals && id !== Id.exports && !this.#isForStart(id)) return;
    out.byte(id);
    const size = out.placeSize();
    if (id === Id.code) out.copy(code.view(), 0, code.length);
    else if (id === Id.types) this.#appendTo(place, this.#results.count, (into) => this.#results.writeTypes(into), out);
    else if (id === Id.functions) this.#appendTo(place, start === undefined ? 0 : 1, (into) => this.#writeStartType(into), out);
    else if (id === Id.globals) this.#appendTo(place, this.#globals.count, (into) => this.#globals.write(into), out);
    else if (id === Id.exports) this.#appendTo(place, this.#exports.length, (into) => this.#writeExports(into), out);
    else if (place !== undefined) copyLowered(this.#module.bytes, place.from, place.end, this.#lowered, out);
    out.fillSize(size);
  }

  /** A section that the added function needs where the module has none. */
  #isForStart(id: number): boolean {
    return this.#module.start !== undefined && (id === Id.functions || id === Id.code);
  }

  #writeStartType(into: Writer): void {
    const { functions, start } = this.#module;
    if (start !== undefined) into.unsigned(functions[start] ?? 0);
  }

  /** A section that is a list, or none, with more at its end. */
  #appendTo(place: SectionPlace | undefined, added: number, write: (into: Writer) => void, out: Writer): void {
    const reader = new Reader(this.#module.bytes, place?.from ?? 0, place?.end ?? 0);
    out.unsigned((place === undefined ? 0 : reader.u32()) + added);
    out.copy(reader.bytes, reader.at, reader.end);
    write(out);
  }

  #writeExports(into: Writer): void {
    for (const { name, kind, index } of this.#exports) {
      const utf8 = encodeUtf8(name);
      into.unsigned(utf8.length);
      into.all(utf8);
      into.byte(kind);
      into.unsigned(index);
    }
  }
}

interface AddedExport {
  readonly name: string;
  readonly kind: number;
  readonly index: number;
}

const FUNCTION = 0;
const MEMORY = 2;
const GLOBAL = 3;

function addedExports(fuel: number, refused: number, { start, functions }: ModuleState): readonly AddedExport[] {
  return [
    { name: RESERVED_EXPORTS.fuel, kind: GLOBAL, index: fuel },
    { name: RESERVED_EXPORTS.refused, kind: GLOBAL, index: refused },
    ...(start === undefined ? [] : [{ name: RESERVED_EXPORTS.start, kind: FUNCTION, index: functions.length }]),
  ];
}

const addedMemories = (names: readonly string[]): readonly AddedExport[] =>
  names.map((name, index) => ({ name, kind: MEMORY, index })).filter(({ name }) => isReservedMemory(name));
