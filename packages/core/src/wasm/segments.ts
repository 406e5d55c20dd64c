import { readConstant } from "./constant.ts";
import type { LimitFact, MisfitSegment } from "./facts.ts";
import { MAX_DATA_SEGMENTS, MAX_ELEMENT_SEGMENTS, MAX_SEGMENT_ELEMENTS } from "./limits.ts";
import { Malformed } from "./malformed.ts";
import { Op } from "./opcodes.ts";
import type { Reader } from "./reader.ts";
import type { ModuleState } from "./state.ts";
import { readReferenceType } from "./types.ts";

/** Bytes of a page of linear memory. */
const PAGE_BYTES = 65_536;

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
  let from: number | undefined;
  let target: LimitFact | undefined;
  const explicit = (flags & EXPLICIT) !== 0;
  if (flags !== 0) features.note(active || !explicit ? "bulk_memory" : "reference_tables", offset);
  if (active) {
    const table = explicit ? reader.u32() : 0;
    if (table >= module.tables.length) throw new Malformed(`there is no table ${table}`, offset);
    if (table > 0) features.note("reference_tables", offset);
    from = constantPlace(reader);
    readConstant(reader, module);
    target = module.tables[table];
  }
  const expressions = (flags & EXPRESSIONS) !== 0;
  // Without an explicit table or mode the type is left out: it is funcref.
  if (!active || explicit) {
    if (expressions) readReferenceType(reader);
    else if (reader.byte() !== 0) throw new Malformed("there is no such kind of element", reader.at - 1);
  }
  const elements = reader.count("elements", MAX_SEGMENT_ELEMENTS, 1);
  noteMisfit(module, { kind: "elements", offset, from, size: elements, target, unit: 1 });
  for (let index = 0; index < elements; index++) {
    if (expressions) readConstant(reader, module);
    else {
      const target = reader.index("function", module.functions.length);
      // What is only declared is put nowhere: a `ref.func` would have to.
      if (active || !explicit) module.calls.take(target, module.functions.length);
    }
  }
}

export function readDataCount(reader: Reader, module: ModuleState): void {
  module.features.note("bulk_memory", reader.at);
  module.dataCount = reader.count("data segments", MAX_DATA_SEGMENTS, 0);
}

export function readData(reader: Reader, module: ModuleState): void {
  const count = reader.count("data segments", MAX_DATA_SEGMENTS, 2);
  const [starts, ends] = [new Uint32Array(count), new Uint32Array(count)];
  for (let index = 0; index < count; index++) {
    starts[index] = readDataSegment(reader, module);
    ends[index] = reader.at;
  }
  module.data = { starts, ends };
  module.dataSegments = count;
}

/** Gives where its contents begin; they end where the reader is. */
function readDataSegment(reader: Reader, module: ModuleState): number {
  const { features, memories } = module;
  const offset = reader.at;
  const flags = reader.u32();
  if (flags > 2) throw new Malformed(`there is no kind of data segment ${flags}`, offset);
  if (flags !== 0) features.note("bulk_memory", offset);
  let from: number | undefined;
  let target: LimitFact | undefined;
  if (flags !== 1) {
    const memory = flags === 2 ? reader.u32() : 0;
    if (memory >= memories.length) throw new Malformed(`there is no memory ${memory}`, offset);
    if (memory > 0) features.note("several_memories", offset);
    from = constantPlace(reader);
    readConstant(reader, module);
    target = memories[memory];
  }
  const size = reader.u32();
  noteMisfit(module, { kind: "data", offset, from, size, target, unit: PAGE_BYTES });
  const start = reader.at;
  reader.skip(size);
  return start;
}

interface Placed {
  readonly kind: MisfitSegment["kind"];
  readonly offset: number;
  /** Where it is copied to; undefined where that is no constant, or where it is not copied at the start. */
  readonly from: number | undefined;
  readonly size: number;
  readonly target: LimitFact | undefined;
  readonly unit: number;
}

/** What is imported may be larger than it has to be. */
function noteMisfit(module: ModuleState, { kind, offset, from, size, target, unit }: Placed): void {
  if (from === undefined || target === undefined || target.imported || module.misfit !== undefined) return;
  const has = Number(target.min) * unit;
  if (from + size > has) module.misfit = { kind, offset, needs: from + size, has };
}

/** The value of `i32.const` with nothing behind it, unsigned; nothing is taken. */
function constantPlace({ bytes, at, end }: Reader): number | undefined {
  if (bytes[at] !== Op.i32Const) return undefined;
  let value = 0;
  for (let index = 0; index < 5 && at + 2 + index < end; index++) {
    const byte = bytes[at + 1 + index] ?? 0;
    value |= (byte & 0x7f) << (7 * index);
    if (byte >= 0x80) continue;
    const bits = 7 * (index + 1);
    const signed = bits < 32 && (byte & 0x40) !== 0 ? value | (-1 << bits) : value;
    return bytes[at + 2 + index] === Op.end ? signed >>> 0 : undefined;
  }
  return undefined;
}
