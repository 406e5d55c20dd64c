import { MAX_BR_TABLE_TARGETS } from "./limits.ts";
import { Malformed, refused } from "./malformed.ts";
import { FIRST_RELAXED, featureOfMisc, featureOfOpcode, Immediate as I, MISC_OPCODES, Op, SIMD_OPCODES } from "./opcodes.ts";
import { Reader } from "./reader.ts";
import type { ModuleState } from "./state.ts";
import { isValueType, notAType, noteType } from "./types.ts";

/** A block's type: none, one result, or (from `indexed` on) an index into the types. */
export const BlockType = { empty: 0, single: 1, indexed: 2 } as const;

/** The kind of a block, the two low bits of its label; its type stands above them. */
export const Label = { block: 0, loop: 1, if: 2, else: 3 } as const;

/** Reads what follows opcodes, bounded by what the module has, and notes the features that each encoding is part of. */
export class BodyReader extends Reader {
  readonly #module: ModuleState;

  constructor(module: ModuleState) {
    super(module.bytes, 0, module.bytes.length);
    this.#module = module;
  }

  paramsOf(blockType: number): number {
    return blockType < BlockType.indexed ? 0 : (this.#module.types.params[blockType - BlockType.indexed] ?? 0);
  }

  resultsOf(blockType: number): number {
    return blockType < BlockType.indexed ? blockType : (this.#module.types.results[blockType - BlockType.indexed] ?? 0);
  }

  /** Values that a branch to the label takes along. */
  arityOf(label: number): number {
    return (label & 3) === Label.loop ? this.paramsOf(label >> 2) : this.resultsOf(label >> 2);
  }

  blockType(): number {
    const { features, types } = this.#module;
    const offset = this.at;
    const code = this.peek();
    if (code === 0x40 || isValueType(code)) {
      this.at += 1;
      noteType(code, offset, features);
      return code === 0x40 ? BlockType.empty : BlockType.single;
    }
    // A type index is a signed integer of 33 bits: what has the sign set in its first and only byte would be a value type.
    if (code >= 0x40 && code < 0x80) throw notAType(code, offset);
    const index = this.#positive33();
    if (index >= types.count) throw new Malformed(`there is no type ${index}`, offset);
    features.note("multi_value", offset);
    return index + BlockType.indexed;
  }

  /** A signed integer of 33 bits that is not negative. */
  #positive33(): number {
    const from = this.at;
    this.skipSigned(33);
    const last = this.bytes[this.at - 1] ?? 0;
    if ((last & 0x40) !== 0) throw new Malformed("a block's type is negative", from);
    const { at } = this;
    let value = 0;
    for (let index = at - 1; index >= from; index--) value = value * 0x80 + ((this.bytes[index] ?? 0) & 0x7f);
    return value;
  }

  /** One branch; gives the label that it goes to. */
  branch(labels: Int32Array, depth: number): number {
    const offset = this.at;
    const up = this.u32();
    if (up > depth) throw new Malformed(`a branch leaves ${up} blocks of ${depth + 1}`, offset);
    return labels[depth - up] ?? 0;
  }

  /** The targets of a `br_table`, the default included; gives the values that all take along. */
  branchTable(labels: Int32Array, depth: number): number {
    const count = this.count("targets of a `br_table`", MAX_BR_TABLE_TARGETS, 1);
    let arities = 0;
    for (let index = 0; index <= count; index++) arities += this.arityOf(this.branch(labels, depth));
    return arities;
  }

  /** The type of what a call calls. */
  callee(op: number): number {
    const { functions, types, features, tables } = this.#module;
    const offset = this.at - 1;
    if (op >= Op.returnCall) features.note("tail_calls", offset);
    if (op === Op.call || op === Op.returnCall) return functions[this.index("function", functions.length)] ?? 0;
    const type = this.index("type", types.count);
    const single = this.peek() === 0;
    this.index("table", tables.length);
    if (!single) features.note("reference_tables", offset);
    return type;
  }

  /** A memory's index; more than the one zero byte that it was at first needs several memories. */
  memoryIndex(): number {
    const { features, memories } = this.#module;
    const offset = this.at;
    const single = this.peek() === 0;
    const index = this.index("memory", memories.length);
    if (!single) features.note("several_memories", offset);
    return index;
  }

  tableIndex(): number {
    this.#module.features.note("reference_tables", this.at);
    return this.index("table", this.#module.tables.length);
  }

  /** Alignment, then the memory's index where bit 6 says so, then the offset, as wide as the memory's addresses. */
  memoryArgument(): void {
    const { features, memories } = this.#module;
    const offset = this.at;
    let alignment = this.u32();
    let memory = 0;
    if ((alignment & 0x40) !== 0) {
      features.note("several_memories", offset);
      memory = this.index("memory", memories.length);
      alignment -= 0x40;
    } else if (memories.length === 0) throw new Malformed("there is no memory 0", offset);
    // No type is wider than 16 bytes; whether the alignment fits the instruction is a matter of types.
    if (alignment > 4) throw new Malformed("an alignment is too large", offset);
    const from = this.at;
    const reach = this.u64();
    // In the encoding of 64-bit memories an offset has up to ten bytes, whatever the memory.
    if (this.at - from > 5) features.note("memory64", offset);
    if (memories[memory]?.wide !== true && reach > 0xffff_ffffn) throw new Malformed("an offset is beyond its memory", from);
  }

  /** What follows 0xfc; gives the opcode. */
  misc(): number {
    const { features, tables, dataCount, elementSegments } = this.#module;
    const offset = this.at - 1;
    const code = this.u32();
    switch (MISC_OPCODES.immediates[code]) {
      case I.plain:
        break;
      case I.memoryInit:
        this.#dataIndex(dataCount, offset);
        this.memoryIndex();
        break;
      case I.dataDrop:
        this.#dataIndex(dataCount, offset);
        break;
      case I.memoryCopy:
        this.memoryIndex();
        this.memoryIndex();
        break;
      case I.memoryFill:
        this.memoryIndex();
        break;
      case I.tableInit:
        this.index("element segment", elementSegments);
        this.tableOfBulk();
        break;
      case I.elemDrop:
        this.index("element segment", elementSegments);
        break;
      case I.tableCopy:
        this.tableOfBulk();
        this.tableOfBulk();
        break;
      case I.tableIndex:
        this.index("table", tables.length);
        break;
      default:
        throw this.#unknown(Op.misc, code, offset);
    }
    features.note(featureOfMisc(code), offset);
    return code;
  }

  tableOfBulk(): void {
    if (this.peek() !== 0) this.#module.features.note("reference_tables", this.at);
    this.index("table", this.#module.tables.length);
  }

  #dataIndex(dataCount: number, offset: number): void {
    if (dataCount < 0) throw new Malformed("it needs a data count section", offset);
    this.index("data segment", dataCount);
  }

  /** What follows 0xfd; gives the opcode. */
  simd(): number {
    const { features } = this.#module;
    const offset = this.at - 1;
    const code = this.u32();
    switch (SIMD_OPCODES.immediates[code]) {
      case I.plain:
        break;
      case I.memory:
        this.memoryArgument();
        break;
      case I.v128:
        this.skip(16);
        break;
      case I.shuffle:
        for (let lane = 0; lane < 16; lane++) this.#lane(32);
        break;
      case I.lane16:
        this.#lane(16);
        break;
      case I.lane8:
        this.#lane(8);
        break;
      case I.lane4:
        this.#lane(4);
        break;
      case I.lane2:
        this.#lane(2);
        break;
      case I.memoryLane16:
        this.memoryArgument();
        this.#lane(16);
        break;
      case I.memoryLane8:
        this.memoryArgument();
        this.#lane(8);
        break;
      case I.memoryLane4:
        this.memoryArgument();
        this.#lane(4);
        break;
      case I.memoryLane2:
        this.memoryArgument();
        this.#lane(2);
        break;
      default:
        throw this.#unknown(Op.simd, code, offset);
    }
    features.note(code >= FIRST_RELAXED ? "relaxed_simd" : "simd", offset);
    return code;
  }

  #lane(lanes: number): void {
    const lane = this.byte();
    if (lane >= lanes) throw new Malformed(`there is no lane ${lane}`, this.at - 1);
  }

  #unknown(prefix: number, code: number, offset: number): Malformed {
    const feature = featureOfOpcode(prefix, code);
    if (feature !== undefined) return refused(feature, offset);
    return new Malformed(`there is no instruction 0x${prefix.toString(16)} ${code}`, offset);
  }
}
