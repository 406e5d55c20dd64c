import { MAX_ALIGNMENT, MAX_BR_TABLE_TARGETS } from "./limits.ts";
import { Malformed, refused } from "./malformed.ts";
import { FIRST_RELAXED, featureOfMisc, featureOfOpcode, Immediate as I, MISC_OPCODES, Op, SIMD_OPCODES } from "./opcodes.ts";
import type { Reader } from "./reader.ts";
import type { ModuleState } from "./state.ts";
import { type FunctionTypes, isValueType, notAType, noteType } from "./types.ts";

/** A block's type: none, one result, or (from `indexed` on) an index into the types. */
export const BlockType = { empty: 0, single: 1, indexed: 2 } as const;

/** The kind of a block, the two low bits of its label; its type stands above them. */
export const Label = { block: 0, loop: 1, if: 2, else: 3 } as const;

export function paramsOf(types: FunctionTypes, blockType: number): number {
  return blockType < BlockType.indexed ? 0 : (types.params[blockType - BlockType.indexed] ?? 0);
}

export function resultsOf(types: FunctionTypes, blockType: number): number {
  return blockType < BlockType.indexed ? blockType : (types.results[blockType - BlockType.indexed] ?? 0);
}

/** Values that a branch to the label takes along. */
function arityOf(types: FunctionTypes, label: number): number {
  return (label & 3) === Label.loop ? paramsOf(types, label >> 2) : resultsOf(types, label >> 2);
}

export function readBlockType(reader: Reader, module: ModuleState): number {
  const offset = reader.at;
  const code = reader.peek();
  if (code === 0x40) {
    reader.at += 1;
    return BlockType.empty;
  }
  if (isValueType(code)) {
    reader.at += 1;
    noteType(code, offset, module.features);
    return BlockType.single;
  }
  // A type index is a signed integer of 33 bits: what has the sign set in its first and only byte would be a value type.
  if (code >= 0x40 && code < 0x80) throw notAType(code, offset);
  const index = readPositive33(reader);
  if (index >= module.types.count) throw new Malformed(`there is no type ${index}`, offset);
  module.features.note("multi_value", offset);
  return index + BlockType.indexed;
}

/** A signed integer of 33 bits that is not negative. */
function readPositive33(reader: Reader): number {
  const from = reader.at;
  reader.skipSigned(33);
  const last = reader.bytes[reader.at - 1] ?? 0;
  if ((last & 0x40) !== 0) throw new Malformed("a block's type is negative", from);
  let value = 0;
  for (let at = reader.at - 1; at >= from; at--) value = value * 0x80 + ((reader.bytes[at] ?? 0) & 0x7f);
  return value;
}

/** One branch out of the `depth` inner blocks; gives the values that it takes along. */
export function readBranch(reader: Reader, module: ModuleState, labels: Int32Array, depth: number): number {
  const offset = reader.at;
  const up = reader.u32();
  if (up > depth) throw new Malformed(`a branch leaves ${up} blocks of ${depth + 1}`, offset);
  const label = labels[depth - up] ?? 0;
  return label <= Label.else ? 0 : arityOf(module.types, label);
}

/** The targets of a `br_table`, the default included; gives the values that all take along. */
export function readBranchTable(reader: Reader, module: ModuleState, labels: Int32Array, depth: number): number {
  const count = reader.count("targets of a `br_table`", MAX_BR_TABLE_TARGETS, 1);
  let arities = 0;
  for (let index = 0; index <= count; index++) arities += readBranch(reader, module, labels, depth);
  return arities;
}

/** The type of what a call calls. */
export function readCallee(reader: Reader, module: ModuleState, op: number): number {
  const { functions } = module;
  const offset = reader.at - 1;
  if (op >= Op.returnCall) module.features.note("tail_calls", offset);
  if (op === Op.call || op === Op.returnCall) {
    const callee = reader.index("function", functions.length);
    module.calls.call(callee);
    return functions[callee] ?? 0;
  }
  const { types, tables, features } = module;
  const type = reader.index("type", types.count);
  module.calls.callThroughTable(type);
  const single = reader.peek() === 0;
  reader.index("table", tables.length);
  if (!single) features.note("reference_tables", offset);
  return type;
}

/** A memory's index; more than the one zero byte that it was at first needs several memories. */
export function readMemoryIndex(reader: Reader, module: ModuleState): void {
  const offset = reader.at;
  const single = reader.peek() === 0;
  reader.index("memory", module.memories.length);
  if (!single) module.features.note("several_memories", offset);
}

/** A table's index in an instruction that came with tables of references. */
export function readTableIndex(reader: Reader, module: ModuleState): void {
  module.features.note("reference_tables", reader.at);
  reader.index("table", module.tables.length);
}

/** Alignment, then the memory's index where bit 6 says so, then the offset, as wide as the memory's addresses. */
export function readMemoryArgument(reader: Reader, module: ModuleState): void {
  const { features, memories } = module;
  const offset = reader.at;
  let alignment = reader.u32();
  let memory = 0;
  if ((alignment & 0x40) !== 0) {
    features.note("several_memories", offset);
    memory = reader.index("memory", memories.length);
    alignment -= 0x40;
  } else if (memories.length === 0) throw new Malformed("there is no memory 0", offset);
  // Whether the alignment fits the instruction is a matter of types.
  if (alignment > MAX_ALIGNMENT) throw new Malformed("an alignment is too large", offset);
  const from = reader.at;
  const reach = reader.u64Rounded();
  // In the encoding of 64-bit memories an offset has up to ten bytes, whatever the memory.
  if (reader.at - from > 5) features.note("memory64", offset);
  if (memories[memory]?.wide !== true && reach > 0xffff_ffff) throw new Malformed("an offset is beyond its memory", from);
}

/** What follows 0xfc; gives the opcode. */
export function readMisc(reader: Reader, module: ModuleState): number {
  const offset = reader.at - 1;
  const code = reader.u32();
  switch (MISC_OPCODES.immediates[code]) {
    case I.plain:
      break;
    case I.memoryInit:
      readDataIndex(reader, module, offset);
      readMemoryIndex(reader, module);
      break;
    case I.dataDrop:
      readDataIndex(reader, module, offset);
      break;
    case I.memoryCopy:
      readMemoryIndex(reader, module);
      readMemoryIndex(reader, module);
      break;
    case I.memoryFill:
      readMemoryIndex(reader, module);
      break;
    case I.tableInit:
      reader.index("element segment", module.elementSegments);
      readBulkTableIndex(reader, module);
      break;
    case I.elemDrop:
      reader.index("element segment", module.elementSegments);
      break;
    case I.tableCopy:
      readBulkTableIndex(reader, module);
      readBulkTableIndex(reader, module);
      break;
    case I.tableIndex:
      reader.index("table", module.tables.length);
      break;
    default:
      throw unknown(Op.misc, code, offset);
  }
  module.features.note(featureOfMisc(code), offset);
  return code;
}

function readBulkTableIndex(reader: Reader, module: ModuleState): void {
  if (reader.peek() !== 0) module.features.note("reference_tables", reader.at);
  reader.index("table", module.tables.length);
}

function readDataIndex(reader: Reader, module: ModuleState, offset: number): void {
  if (module.dataCount < 0) throw new Malformed("it needs a data count section", offset);
  reader.index("data segment", module.dataCount);
}

/** What follows 0xfd; gives the opcode. */
export function readSimd(reader: Reader, module: ModuleState): number {
  const offset = reader.at - 1;
  const code = reader.u32();
  const immediate = SIMD_OPCODES.immediates[code] ?? I.none;
  if (immediate === I.none) throw unknown(Op.simd, code, offset);
  if (immediate === I.memory || immediate >= I.memoryLane16) readMemoryArgument(reader, module);
  if (immediate === I.v128) reader.skip(16);
  else if (immediate === I.shuffle) for (let lane = 0; lane < 16; lane++) readLane(reader, 32);
  else if (immediate >= I.lane16) readLane(reader, 16 >> ((immediate - I.lane16) & 3));
  module.features.note(code >= FIRST_RELAXED ? "relaxed_simd" : "simd", offset);
  return code;
}

function readLane(reader: Reader, lanes: number): void {
  const lane = reader.byte();
  if (lane >= lanes) throw new Malformed(`there is no lane ${lane}`, reader.at - 1);
}

function unknown(prefix: number, code: number, offset: number): Malformed {
  const feature = featureOfOpcode(prefix, code);
  if (feature !== undefined) return refused(feature, offset);
  return new Malformed(`there is no instruction 0x${prefix.toString(16)} ${code}`, offset);
}
