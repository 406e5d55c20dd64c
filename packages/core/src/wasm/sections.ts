import { readConstant } from "./constant.ts";
import type { ExternalKind, LimitFact, Limits } from "./facts.ts";
import { FunctionExport, FunctionImport } from "./function-facts.ts";
import {
  MAX_EXPORTS,
  MAX_FUNCTIONS,
  MAX_GLOBALS,
  MAX_IMPORTS,
  MAX_MEMORIES,
  MAX_PAGES,
  MAX_PAGES_64,
  MAX_TABLE_MINIMUM,
  MAX_TABLES,
} from "./limits.ts";
import { Malformed, refused } from "./malformed.ts";
import type { Reader } from "./reader.ts";
import type { ModuleState } from "./state.ts";
import { readReferenceType, skipValueType } from "./types.ts";

const KINDS: readonly ExternalKind[] = ["function", "table", "memory", "global"];

function readKind(reader: Reader): ExternalKind {
  const offset = reader.at;
  const code = reader.byte();
  const kind = KINDS[code];
  if (kind !== undefined) return kind;
  if (code === 0x04) throw refused("exceptions", offset);
  if (code === 0x20) throw refused("custom descriptors", offset);
  throw new Malformed(`there is no kind of import or export ${code}`, offset);
}

export function readImports(reader: Reader, module: ModuleState): void {
  const count = reader.count("imports", MAX_IMPORTS, 4);
  const functions: number[] = [];
  for (let index = 0; index < count; index++) {
    const offset = reader.at;
    const from = reader.name();
    const name = reader.name();
    const kind = readKind(reader);
    if (kind === "function") {
      const type = reader.index("type", module.types.count);
      functions.push(type);
      module.imports.push(new FunctionImport(from, name, offset, module.types, type));
      continue;
    }
    if (kind === "table") readTable(reader, module, true);
    else if (kind === "memory") readMemory(reader, module, true);
    else if (readGlobalType(reader, module)) module.features.note("mutable_globals", offset);
    module.imports.push({ module: from, name, kind, offset });
  }
  module.functions = Uint32Array.from(functions);
  module.importedFunctions = functions.length;
  module.importedGlobals = module.globals.length;
}

export function readFunctions(reader: Reader, module: ModuleState): void {
  const count = reader.count("functions", MAX_FUNCTIONS - module.importedFunctions, 1);
  const functions = new Uint32Array(module.importedFunctions + count);
  functions.set(module.functions);
  for (let index = module.importedFunctions; index < functions.length; index++) {
    functions[index] = reader.index("type", module.types.count);
  }
  module.functions = functions;
}

export function readTables(reader: Reader, module: ModuleState): void {
  const count = reader.count("tables", MAX_TABLES, 3);
  for (let index = 0; index < count; index++) readTable(reader, module, false);
}

export function readMemories(reader: Reader, module: ModuleState): void {
  const count = reader.count("memories", MAX_MEMORIES, 2);
  for (let index = 0; index < count; index++) readMemory(reader, module, false);
}

export function readGlobals(reader: Reader, module: ModuleState): void {
  const count = reader.count("globals", MAX_GLOBALS, 4);
  for (let index = 0; index < count; index++) {
    readGlobalType(reader, module);
    readConstant(reader, module);
  }
}

export function readExports(reader: Reader, module: ModuleState): void {
  const count = reader.count("exports", MAX_EXPORTS, 3);
  const names = new Set<string>();
  for (let index = 0; index < count; index++) {
    const offset = reader.at;
    const name = reader.name();
    if (names.has(name)) throw new Malformed("two exports have one name", offset);
    names.add(name);
    const kind = readKind(reader);
    const target = reader.index(kind, module.countOf(kind));
    if (kind === "global" && module.globals[target] === true) module.features.note("mutable_globals", offset);
    const type = module.functions[target] ?? 0;
    module.exports.push(
      kind === "function" ? new FunctionExport(name, target, offset, module.types, type) : { name, kind, index: target, offset },
    );
  }
}

export function readStart(reader: Reader, module: ModuleState): void {
  const offset = reader.at;
  const index = reader.index("function", module.functions.length);
  const type = module.functions[index] ?? 0;
  if (module.types.params[type] !== 0 || module.types.results[type] !== 0) {
    throw new Malformed("the start function takes or gives values", offset);
  }
  module.start = index;
}

function readTable(reader: Reader, module: ModuleState, imported: boolean): void {
  const offset = reader.at;
  // A table with an initial value.
  if (reader.peek() === 0x40) throw refused("typed function references", offset);
  readReferenceType(reader);
  const flags = reader.byte();
  if ((flags & 2) !== 0 && flags < 8) throw refused("threads", offset);
  if (flags > 7) throw new Malformed(`there are no limits of kind ${flags}`, offset);
  const limits = readLimits(reader, flags);
  if (limits.min > MAX_TABLE_MINIMUM) throw new Malformed(`a table of more than ${MAX_TABLE_MINIMUM} elements`, offset);
  if (module.tables.length === MAX_TABLES) throw new Malformed(`more than ${MAX_TABLES} tables`, offset);
  if (module.tables.length > 0) module.features.note("reference_tables", offset);
  if (limits.wide) module.features.note("table64", offset);
  module.tables.push(limitFact(limits, imported, offset));
}

function readMemory(reader: Reader, module: ModuleState, imported: boolean): void {
  const offset = reader.at;
  const flags = reader.byte();
  if (flags > 15) throw new Malformed(`there are no limits of kind ${flags}`, offset);
  if ((flags & 2) !== 0) throw refused("threads", offset);
  if ((flags & 8) !== 0) throw refused("custom page sizes", offset);
  const limits = readLimits(reader, flags);
  const most = limits.wide ? MAX_PAGES_64 : MAX_PAGES;
  if (limits.min > most || (limits.max ?? 0n) > most) throw new Malformed(`a memory of more than ${most} pages`, offset);
  if (module.memories.length === MAX_MEMORIES) throw new Malformed(`more than ${MAX_MEMORIES} memories`, offset);
  if (module.memories.length > 0) module.features.note("several_memories", offset);
  if (limits.wide) module.features.note("memory64", offset);
  module.memories.push(limitFact(limits, imported, offset));
}

const limitFact = (limits: Limits, imported: boolean, offset: number): LimitFact => ({ ...limits, imported, offset });

function readLimits(reader: Reader, flags: number): Limits {
  const offset = reader.at;
  const wide = (flags & 4) !== 0;
  const read = (): bigint => (wide ? reader.u64() : BigInt(reader.u32()));
  const min = read();
  if ((flags & 1) === 0) return { min, wide };
  const max = read();
  if (max < min) throw new Malformed("a maximum is below its minimum", offset);
  return { min, max, wide };
}

/** Whether it is mutable. */
function readGlobalType(reader: Reader, module: ModuleState): boolean {
  if (module.globals.length === MAX_GLOBALS) throw new Malformed(`more than ${MAX_GLOBALS} globals`, reader.at);
  skipValueType(reader, module.features);
  const offset = reader.at;
  const mutable = reader.byte();
  if (mutable > 3) throw new Malformed("a global is neither constant nor mutable", offset);
  if ((mutable & 2) !== 0) throw refused("threads", offset);
  module.globals.push(mutable === 1);
  return mutable === 1;
}
