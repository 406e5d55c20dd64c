import {
  DEEP_BLOCK,
  FREE_DEPTH,
  LOCAL_SET_SHARE,
  LOOP_BYTE_SHARE,
  LOOP_IN_LOOP,
  LOOPS_BYTES_SHARE,
  resultsBurden,
} from "./cost.ts";
import {
  BlockType,
  Label,
  paramsOf,
  readBlockType,
  readBranch,
  readBranchTable,
  readCallee,
  readMemoryArgument,
  readMemoryIndex,
  readMisc,
  readSimd,
  readTableIndex,
  resultsOf,
} from "./immediates.ts";
import { MAX_ALIGNMENT, MAX_LOCALS } from "./limits.ts";
import { Malformed, refused } from "./malformed.ts";
import { callsRuntime, featureOfOpcode, Immediate as I, MISC_OPCODES, OPCODES, Op, SIMD_OPCODES } from "./opcodes.ts";
import { Reader } from "./reader.ts";
import type { ModuleState } from "./state.ts";
import { readHeapType, skipValueType } from "./types.ts";

const { immediates: IMMEDIATES, deltas: DELTAS } = OPCODES;

/** What the hot loop tells apart: nothing follows; one number follows, mostly of one byte; a memory argument; all else. */
const Shape = { bare: 0, short: 1, memory: 2, other: 3 } as const;
const SHAPES = IMMEDIATES.map((immediate) => {
  if (immediate === I.plain) return Shape.bare;
  if (immediate === I.memory) return Shape.memory;
  return immediate === I.local || immediate === I.i32 || immediate === I.i64 || immediate === I.global
    ? Shape.short
    : Shape.other;
});
/** All bits for what sets a local, none for all else. */
const SETS_LOCAL = Int8Array.from(IMMEDIATES, (_, op) => (op === Op.localSet || op === Op.localTee ? -1 : 0));

/**
 * Walks function bodies: every instruction's immediates are read and bounded by what the module has, blocks are matched, and
 * what each body costs to compile is summed (cost.ts). Types are the engine's business, so the height of the operand stack is
 * right only for a body that the engine accepts. Open blocks are kept in arrays, not in calls, however deep they are.
 */
export class BodyWalker {
  readonly #module: ModuleState;
  readonly #reader: Reader;
  /** Of each open block: its type above its kind, and the height of the stack below it. */
  #labels = new Int32Array(256);
  #bases = new Int32Array(256);
  #depth = 0;
  /** By opcode: a byte below it is the whole of what follows, and in bounds. */
  readonly #limits = new Uint8Array(256);
  /** Values on the operand stack, those below the innermost block, and those of the function's locals and results. */
  #height = 0;
  #base = 0;
  #values = 0;
  /** Loops of the function so far, and those that are open. */
  #loops = 0;
  #openLoops = 0;
  #cost = 0;
  #burden = 0;

  constructor(module: ModuleState) {
    this.#module = module;
    this.#reader = new Reader(module.bytes, 0, module.bytes.length);
    this.#limits.fill(0x80, Op.i32Const, Op.i64Const + 1);
    this.#limits.fill(Math.min(module.globals.length, 0x80), Op.globalGet, Op.globalSet + 1);
  }

  /** The two sums of the body that was walked last (cost.ts). */
  get cost(): number {
    return this.#cost;
  }
  get burden(): number {
    return this.#burden;
  }

  /** Walks the body that lies between two offsets, of a function of that type. */
  walk(typeIndex: number, from: number, end: number): void {
    const { bytes, types, memories } = this.#module;
    const reader = this.#reader;
    reader.at = from;
    reader.end = end;
    const locals = this.#readLocals(types.params[typeIndex] ?? 0);
    const values = locals + (types.results[typeIndex] ?? 0);
    this.#start(typeIndex, values);
    const limits = this.#limits;
    limits.fill(Math.min(locals, 0x80), Op.localGet, Op.localTee + 1);
    const alignments = memories.length === 0 ? 0 : MAX_ALIGNMENT + 1;
    let at = reader.at;
    let height = 0;
    let set = 0;

    // The hot loop: what is common and short is passed here, byte by byte; all else goes to the reader.
    while (at < end) {
      const op = bytes[at++] ?? 0;
      const shape = SHAPES[op];
      height += DELTAS[op] ?? 0;
      if (shape === Shape.bare) continue;
      if (shape === Shape.short) {
        // Where code cannot be reached the height sinks below nothing, and must not take away from the sum.
        set += (values + (height & ~(height >> 31))) & (SETS_LOCAL[op] ?? 0);
        if ((bytes[at] ?? 0) < (limits[op] ?? 0)) {
          at += 1;
          continue;
        }
        // Up to four bytes need no look at the sign of a constant.
        if (op === Op.i32Const) {
          if ((bytes[at + 1] ?? 0) < 0x80) {
            at += 2;
            continue;
          }
          if ((bytes[at + 2] ?? 0) < 0x80) {
            at += 3;
            continue;
          }
          if ((bytes[at + 3] ?? 0) < 0x80) {
            at += 4;
            continue;
          }
        }
      } else if (shape === Shape.memory && (bytes[at] ?? 0) < alignments) {
        // Up to four bytes are an offset that any memory has.
        if ((bytes[at + 1] ?? 0) < 0x80) {
          at += 2;
          continue;
        }
        if ((bytes[at + 2] ?? 0) < 0x80) {
          at += 3;
          continue;
        }
        if ((bytes[at + 3] ?? 0) < 0x80) {
          at += 4;
          continue;
        }
      }
      reader.at = at;
      this.#height = height;
      this.#operator(op, locals);
      at = reader.at;
      height = this.#height;
      if (this.#depth < 0) {
        if (at !== end) throw new Malformed("a body goes on after its end", at);
        this.#burden = Math.ceil(this.#burden + set * LOCAL_SET_SHARE + this.#loops * (end - from) * LOOPS_BYTES_SHARE);
        return;
      }
    }
    throw new Malformed("a body ends before its last `end`", end);
  }

  #start(typeIndex: number, values: number): void {
    this.#labels[0] = ((typeIndex + BlockType.indexed) << 2) | Label.block;
    this.#bases[0] = 0;
    this.#depth = 0;
    this.#height = 0;
    this.#base = 0;
    this.#values = values;
    this.#loops = 0;
    this.#openLoops = 0;
    this.#cost = 0;
    this.#burden = 0;
  }

  /** A control or call operator: the values of its type, if it has one, and what else is a burden by its kind. */
  #control(typeValues: number, burden: number): void {
    this.#cost += this.#values + typeValues;
    this.#burden += this.#height + burden;
  }

  /** An operator for which an engine calls its runtime. */
  #runtime(): void {
    this.#burden += this.#values + this.#height;
  }

  #operator(op: number, locals: number): void {
    const reader = this.#reader;
    const module = this.#module;
    const { features } = module;
    // Where code cannot be reached the stack has no height to speak of.
    if (this.#height < this.#base) this.#height = this.#base;
    switch (IMMEDIATES[op]) {
      case I.block:
        this.#open(op);
        return;
      case I.end:
        this.#end();
        return;
      case I.branch:
        this.#control(0, readBranch(reader, module, this.#labels, this.#depth));
        if (op === Op.br) this.#height = this.#base;
        return;
      case I.call:
        this.#call(op);
        return;
      case I.else:
        this.#else();
        return;
      case I.branchTable:
        this.#control(0, this.#depth + readBranchTable(reader, module, this.#labels, this.#depth));
        this.#height = this.#base;
        return;
      case I.stop:
        if (op === Op.return) this.#control(0, 0);
        this.#height = this.#base;
        return;
      case I.local:
        reader.index("local", locals);
        return;
      case I.i32:
        reader.skipSigned(32);
        return;
      case I.i64:
        reader.skipSigned(64);
        return;
      case I.f32:
        reader.skip(4);
        return;
      case I.f64:
        reader.skip(8);
        return;
      case I.memory:
        readMemoryArgument(reader, module);
        return;
      case I.global:
        reader.index("global", module.globals.length);
        return;
      case I.signExtension:
        features.note("sign_extension", reader.at - 1);
        return;
      case I.memoryIndex:
        readMemoryIndex(reader, module);
        if (op === Op.memoryGrow) this.#runtime();
        return;
      case I.misc: {
        const code = readMisc(reader, module);
        if (callsRuntime(code)) this.#runtime();
        this.#height += MISC_OPCODES.deltas[code] ?? 0;
        return;
      }
      case I.simd:
        this.#height += SIMD_OPCODES.deltas[readSimd(reader, module)] ?? 0;
        return;
      default:
        this.#reference(op);
    }
  }

  #open(op: number): void {
    const { types } = this.#module;
    const type = readBlockType(this.#reader, this.#module);
    const taken = paramsOf(types, type);
    this.#control(taken + resultsOf(types, type), 0);
    this.#depth += 1;
    if (this.#depth === this.#labels.length) this.#grow();
    this.#base = Math.max(this.#height - taken, this.#base);
    this.#labels[this.#depth] = (type << 2) | (op - Op.block);
    this.#bases[this.#depth] = this.#base;
    if (this.#depth > FREE_DEPTH) this.#burden += DEEP_BLOCK;
    if (op === Op.loop) {
      // What lies before it is taken off here, and added with the rest at its end.
      this.#burden += this.#openLoops * LOOP_IN_LOOP - this.#reader.at * LOOP_BYTE_SHARE;
      this.#loops += 1;
      this.#openLoops += 1;
    }
  }

  #end(): void {
    const label = this.#labels[this.#depth] ?? 0;
    this.#height = this.#base + resultsOf(this.#module.types, label >> 2);
    this.#control(0, 0);
    if ((label & 3) === Label.loop) {
      this.#burden += this.#reader.at * LOOP_BYTE_SHARE;
      this.#openLoops -= 1;
    }
    this.#depth -= 1;
    this.#base = this.#bases[this.#depth] ?? 0;
  }

  #else(): void {
    const label = this.#labels[this.#depth] ?? 0;
    if ((label & 3) !== Label.if) throw new Malformed("an `else` without its `if`", this.#reader.at - 1);
    this.#control(0, 0);
    this.#labels[this.#depth] = label | Label.else;
    this.#height = this.#base + paramsOf(this.#module.types, label >> 2);
  }

  #call(op: number): void {
    const { types } = this.#module;
    const type = readCallee(this.#reader, this.#module, op);
    const taken = types.params[type] ?? 0;
    const given = types.results[type] ?? 0;
    this.#control(taken + given, resultsBurden(given));
    this.#height = op >= Op.returnCall ? this.#base : Math.max(this.#height - taken, this.#base) + given;
  }

  /** What came with tables of references; all else is refused. */
  #reference(op: number): void {
    const reader = this.#reader;
    const { features, functions } = this.#module;
    const offset = reader.at - 1;
    switch (IMMEDIATES[op]) {
      case I.tableIndex:
        readTableIndex(reader, this.#module);
        this.#runtime();
        return;
      case I.refFunc:
        this.#module.calls.take(reader.index("function", functions.length), functions.length);
        this.#runtime();
        break;
      case I.refNull:
        readHeapType(reader);
        break;
      case I.selectTyped:
        if (reader.u32() !== 1) throw new Malformed("a `select` of other than one type", offset);
        skipValueType(reader, features);
        break;
      default: {
        const feature = featureOfOpcode(0, op);
        if (feature !== undefined) throw refused(feature, offset);
        throw new Malformed(`there is no instruction 0x${op.toString(16)}`, offset);
      }
    }
    features.note("reference_tables", offset);
  }

  /** Runs of locals of one type; gives their number, the parameters included. */
  #readLocals(params: number): number {
    const reader = this.#reader;
    let locals = params;
    // A run takes two bytes at least, but may be of no local at all.
    const runs = reader.count("runs of locals", Number.MAX_SAFE_INTEGER, 2);
    for (let run = 0; run < runs; run++) {
      const offset = reader.at;
      locals += reader.u32();
      if (locals > MAX_LOCALS) throw new Malformed(`more than ${MAX_LOCALS} locals`, offset);
      skipValueType(reader, this.#module.features);
    }
    return locals;
  }

  /** Doubles the room for open blocks. Each took two bytes of the body at least. */
  #grow(): void {
    const labels = new Int32Array(this.#labels.length * 2);
    labels.set(this.#labels);
    this.#labels = labels;
    const bases = new Int32Array(labels.length);
    bases.set(this.#bases);
    this.#bases = bases;
  }
}
