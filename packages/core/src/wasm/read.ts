import { readCode } from "./code.ts";
import { readCustom } from "./custom.ts";
import type { ModuleFacts, ModuleReading } from "./facts.ts";
import { Malformed, refused } from "./malformed.ts";
import { CallReach, importsInTables } from "./reach.ts";
import { Reader } from "./reader.ts";
import { readExports, readFunctions, readGlobals, readImports, readMemories, readStart, readTables } from "./sections.ts";
import { readData, readDataCount, readElements } from "./segments.ts";
import { ModuleState } from "./state.ts";
import { readTypes } from "./types.ts";

const HEADER_BYTES = 8;
const MAGIC: readonly number[] = [0x00, 0x61, 0x73, 0x6d];
const VERSION: readonly number[] = [0x01, 0x00, 0x00, 0x00];
/** Version 13 of the layer 1: components. */
const COMPONENT_LAYER = 1;

/** What a section's id stands for: its place in the order that sections must keep, and what reads it. */
interface Section {
  readonly order: number;
  readonly read: (reader: Reader, module: ModuleState) => void;
}

const SECTIONS: { readonly [id: number]: Section } = {
  1: { order: 1, read: readTypes },
  2: { order: 2, read: readImports },
  3: { order: 3, read: readFunctions },
  4: { order: 4, read: readTables },
  5: { order: 5, read: readMemories },
  6: { order: 6, read: readGlobals },
  7: { order: 7, read: readExports },
  8: { order: 8, read: readStart },
  9: { order: 9, read: readElements },
  12: { order: 10, read: readDataCount },
  10: { order: 11, read: readCode },
  11: { order: 12, read: readData },
};
const CUSTOM = 0;
const CODE = 10;
const TAGS = 13;
const STRINGS = 14;

/**
 * Reads a module in one pass: the structure of every section, every instruction of every body, the features in use and what the
 * module costs to compile (spec 4.4, 4.5). The same bytes get the same answer on every machine; no engine is asked, and
 * nothing is thrown. Time is linear in the bytes.
 */
export function readModule(bytes: Uint8Array): ModuleReading {
  const module = new ModuleState(bytes);
  try {
    readHeader(bytes);
    readSections(new Reader(bytes, HEADER_BYTES, bytes.length), module);
    return { ok: true, facts: factsOf(module), calls: new CallReach(module) };
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    const { problem, offset, feature } = error;
    return feature === undefined ? { ok: false, problem, offset } : { ok: false, problem, offset, feature };
  }
}

function readHeader(bytes: Uint8Array): void {
  if (!MAGIC.every((byte, at) => bytes[at] === byte)) {
    // T17: Palyra's engine takes the text format, too; a reader of bytes must not.
    if (isText(bytes)) throw refused("text format", 0);
    throw new Malformed("it does not begin as a module does", 0);
  }
  if (VERSION.every((byte, at) => bytes[at + MAGIC.length] === byte)) return;
  if (bytes[6] === COMPONENT_LAYER && bytes[7] === 0) throw refused("components", MAGIC.length);
  throw new Malformed("it is of another version", MAGIC.length);
}

/** Whether the first thing after white space and comments is a parenthesis. */
function isText(bytes: Uint8Array): boolean {
  let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  for (;;) {
    const byte = bytes[at];
    if (byte === 0x3b && bytes[at + 1] === 0x3b) {
      const line = bytes.indexOf(0x0a, at);
      if (line < 0) return true;
      at = line;
    } else if (byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d) at += 1;
    else return byte === 0x28;
  }
}

function readSections(reader: Reader, module: ModuleState): void {
  let order = 0;
  while (reader.remaining > 0) {
    const offset = reader.at;
    const id = reader.byte();
    const size = reader.u32();
    if (size > reader.remaining) throw new Malformed("a section is longer than the module", offset);
    const body = new Reader(reader.bytes, reader.at, reader.at + size);
    reader.at += size;
    if (id === CUSTOM) {
      readCustom(body, module, offset);
      continue;
    }
    const section = SECTIONS[id];
    if (section === undefined) throw unknownSection(id, offset);
    if (section.order <= order) throw new Malformed(`section ${id} is out of its place`, offset);
    order = section.order;
    if (id === CODE) module.code = { offset: body.at, size };
    section.read(body, module);
    if (body.remaining > 0) throw new Malformed(`section ${id} goes on after its end`, body.at);
  }
  checkCounts(module);
}

function unknownSection(id: number, offset: number): Malformed {
  if (id === TAGS) return refused("exceptions", offset);
  if (id === STRINGS) return refused("string references", offset);
  return new Malformed(`there is no section ${id}`, offset);
}

/** What only the whole module shows: sections that must agree, one of which may be missing. */
function checkCounts(module: ModuleState): void {
  const end = module.bytes.length;
  if (module.bodies !== module.definedFunctions) throw new Malformed("functions without bodies", end);
  if (module.dataCount >= 0 && module.dataCount !== module.dataSegments)
    throw new Malformed("another number of data segments", end);
}

function factsOf(module: ModuleState): ModuleFacts {
  const { types, imports, exports, memories, tables, start, customSections, producers, cost, burden } = module;
  const { code, data, misfit, debug, auditable } = module;
  return {
    size: module.bytes.length,
    imports,
    exports,
    exportedFunctions: exports.filter(({ kind }) => kind === "function").length,
    definedFunctions: module.definedFunctions,
    types: { count: types.count, values: types.values },
    memories,
    tables,
    ...(start === undefined ? {} : { start }),
    features: module.features.used,
    cost: { ...cost },
    burden: { ...burden },
    customSections,
    producers,
    ...(code === undefined ? {} : { code }),
    data,
    ...(misfit === undefined ? {} : { misfit }),
    importsInTables: importsInTables(module.calls, module),
    debug: { ...debug },
    ...(auditable === undefined ? {} : { auditable }),
  };
}
