import { readConstant } from "./constant.ts";
import { MAX_DATA_SEGMENTS, MAX_ELEMENT_SEGMENTS, MAX_SEGMENT_ELEMENTS } from "./limits.ts";
import { Malformed } from "./malformed.ts";
import type { Reader } from "./reader.ts";
import type { ModuleState } from "./state.ts";
import { readReferenceType } from "./types.ts";

/** Bits of an element segment's flags. */
const NOT_ACTIVE = 1;
const EXPLICIT = 2;
const EXPRESSIONS = 4;

export function readElements(reader: Reader, module: ModuleState): void {
  const count = reader.count("element segments", MAX_ELEMENT_SEGMENTS, 3);
  for (let index = 0; index < count; index++) readElementSegment(reader, module);
  module.elementSegments = count;
}

function readElementSegment(reader: Reader, module: ModuleState): void {
  const { features } = module;
  const offset = reader.at;
  const flags = reader.u32();
  if (flags > 7) throw new Malformed(`there is no kind of element segment ${flags}`, offset);
  const active = (flags & NOT_ACTIVE) === 0;
  const explicit = (flags & EXPLICIT) !== 0;
  if (flags !== 0) features.note(active || !explicit ? "bulk_memory" : "reference_tables", offset);
  if (active) {
    const table = explicit ? reader.u32() : 0;
    if (table >= module.tables.length) throw new Malformed(`there is no table ${table}`, offset);
    if (table > 0) features.note("reference_tables", offset);
    readConstant(reader, module);
  }
  const expressions = (flags & EXPRESSIONS) !== 0;
  // Without an explicit table or mode the type is left out: it is funcref.
  if (!active || explicit) {
    if (expressions) readReferenceType(reader);
    else if (reader.byte() !== 0) throw new Malformed("there is no such kind of element", reader.at - 1);
  }
  const elements = reader.count("elements", MAX_SEGMENT_ELEMENTS, 1);
  for (let index = 0; index < elements; index++) {
    if (expressions) readConstant(reader, module);
    else reader.index("function", module.functions.length);
  }
}

export function readDataCount(reader: Reader, module: ModuleState): void {
  module.features.note("bulk_memory", reader.at);
  module.dataCount = reader.count("data segments", MAX_DATA_SEGMENTS, 0);
}

export function readData(reader: Reader, module: ModuleState): void {
  const count = reader.count("data segments", MAX_DATA_SEGMENTS, 2);
  for (let index = 0; index < count; index++) readDataSegment(reader, module);
  module.dataSegments = count;
}

function readDataSegment(reader: Reader, module: ModuleState): void {
  const { features, memories } = module;
  const offset = reader.at;
  const flags = reader.u32();
  if (flags > 2) throw new Malformed(`there is no kind of data segment ${flags}`, offset);
  if (flags !== 0) features.note("bulk_memory", offset);
  if (flags !== 1) {
    const memory = flags === 2 ? reader.u32() : 0;
    if (memory >= memories.length) throw new Malformed(`there is no memory ${memory}`, offset);
    if (memory > 0) features.note("several_memories", offset);
    readConstant(reader, module);
  }
  reader.skip(reader.u32());
}
