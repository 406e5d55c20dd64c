import { MAX_ALIGNMENT, MAX_FUNCTION_BYTES, MAX_LOCALS } from "../limits.ts";
import { Malformed } from "../malformed.ts";
import { Immediate as I, OPCODES, Op, SIMD_OPCODES } from "../opcodes.ts";
import { Reader } from "../reader.ts";
import type { ModuleState } from "../state.ts";
import { isValueType } from "../types.ts";
import { ACCESS_BYTES, type Reach, readsBeyond, SIMD_ACCESS_BYTES } from "./access.ts";
import { Blocks } from "./blocks.ts";
import { FuelCode } from "./fuel-code.ts";
import type { AddedGlobals } from "./globals.ts";
import { type Grown, GrowthCode } from "./growth.ts";
import { Code, instruction } from "./instructions.ts";
import { type FuelMode, Refused } from "./metered.ts";
import { passBlockType, passNumber, passReference, readMoves } from "./operands.ts";
import type { ResultBlocks } from "./results.ts";
import type { Writer } from "./writer.ts";

const { immediates: IMMEDIATES } = OPCODES;

/** What the hot loop tells apart: nothing follows; one number follows, mostly of one byte; a memory argument; all else. */
const Shape = { bare: 0, short: 1, memory: 2, other: 3 } as const;
const SHAPES = IMMEDIATES.map((immediate) => {
  if (immediate === I.plain || immediate === I.signExtension) return Shape.bare;
  if (immediate === I.memory) return Shape.memory;
  return immediate === I.local || immediate === I.i32 || immediate === I.i64 || immediate === I.global
    ? Shape.short
    : Shape.other;
});

/** Units of an operator that can be reached: 0 for `unreachable`, `nop`, `block`, `loop`, `else`, `end`, `return` and `drop` (spec 10.2). */
const COSTS = IMMEDIATES.map((_, op) => ([0x00, 0x01, 0x02, 0x03, 0x05, 0x0b, 0x0f, 0x1a].includes(op) ? 0 : 1));

/** What bodies are rewritten with. */
export interface BodyContext {
  readonly module: ModuleState;
  readonly mode: FuelMode;
  readonly globals: AddedGlobals;
  readonly results: ResultBlocks;
  readonly memories: Grown;
  readonly tables: Grown;
}

/**
 * Rewrites function bodies, each in one pass: what is between two metered places is copied as it is. An instruction that is not in the
 * tables (opcodes.ts) is refused, and so is an index that only what is added would make valid (spec 10.2: a body that sets the counter).
 * All else about the body is what an engine has validated.
 */
export class BodyMeter {
  readonly #module: ModuleState;
  readonly #context: BodyContext;
  readonly #out: Writer;
  readonly #reader: Reader;
  readonly #fuel: FuelCode;
  readonly #growth: GrowthCode;
  readonly #blocks = new Blocks();
  readonly #reaches: readonly Reach[];
  /** By opcode: a byte below it is the whole of what follows, and in bounds. */
  readonly #limits = new Uint8Array(256);
  /** Units that are not yet added to the counter. */
  #pending = 0;
  /** All of the body before it is written. */
  #copied = 0;

  constructor(context: BodyContext, out: Writer) {
    const { module, globals, mode } = context;
    this.#module = module;
    this.#context = context;
    this.#out = out;
    this.#reader = new Reader(module.bytes, 0, 0);
    this.#fuel = new FuelCode(out, globals);
    this.#growth = new GrowthCode(out, globals, this.#fuel, mode);
    this.#reaches = module.memories.map(({ max, wide }) => ({ bytes: (max ?? (wide ? 1n << 48n : 1n << 16n)) << 16n }));
    this.#limits.fill(0x80, Op.i32Const, Op.i64Const + 1);
    this.#limits.fill(Math.min(module.globals.length, 0x80), Op.globalGet, Op.globalSet + 1);
  }

  /** Writes the body that lies between two offsets, of a function of that type, with its size before it. */
  rewrite(typeIndex: number, from: number, end: number): void {
    const { bytes } = this.#module;
    const out = this.#out;
    const reader = this.#reader;
    reader.at = from;
    reader.end = end;
    const place = out.placeSize();
    const locals = this.#rewriteLocals(typeIndex);
    this.#blocks.begin();
    this.#pending = 0;
    this.#copied = reader.at;
    this.#fuel.enter();
    // A branch out of the function ends here as well, and its label is the same: the counter is written back in one place.
    out.byte(Code.block);
    this.#context.results.write(typeIndex, out);

    const limits = this.#limits;
    limits.fill(Math.min(locals, 0x80), Op.localGet, Op.localTee + 1);
    const first = this.#reaches[0];
    // An access of one byte's offset is outside of no memory but the smallest ones.
    const alignments = first !== undefined && first.bytes >= 0x100n ? MAX_ALIGNMENT + 1 : 0;
    const blocks = this.#blocks;
    let at = reader.at;
    while (at < end) {
      const start = at;
      const op = bytes[at++] ?? 0;
      const shape = SHAPES[op];
      if (blocks.reachable) this.#pending += COSTS[op] ?? 0;
      if (shape === Shape.bare) continue;
      const next = bytes[at] ?? 0;
      if (shape === Shape.short) {
        if (next < (limits[op] ?? 0)) {
          at += 1;
          continue;
        }
      } else if (shape === Shape.memory && next < alignments && (bytes[at + 1] ?? 0) < 0x80) {
        at += 2;
        continue;
      }
      reader.at = at;
      this.#operator(op, start, locals);
      at = reader.at;
      if (blocks.depth < 0) {
        if (at !== end) throw new Malformed("a body goes on after its end", at);
        if (out.fillSize(place) > MAX_FUNCTION_BYTES)
          throw new Refused({ code: "NoRoom", what: "bytes of a function", limit: MAX_FUNCTION_BYTES });
        return;
      }
    }
    throw new Malformed("a body ends before its last `end`", end);
  }

  /** A function that takes nothing, gives nothing and calls another such one. It costs what one that is written costs. */
  writeCaller(functionIndex: number): void {
    const place = this.#out.placeSize();
    this.#out.all([1, 1, Code.i64]);
    this.#fuel.begin(0);
    this.#fuel.enter();
    this.#fuel.save(1);
    this.#out.all(instruction(Code.call, functionIndex));
    this.#out.byte(Code.end);
    this.#out.fillSize(place);
  }

  /** Copies the declarations with one more, of the counter; gives the number of the function's own locals. */
  #rewriteLocals(typeIndex: number): number {
    const reader = this.#reader;
    const runs = reader.u32();
    const from = reader.at;
    let locals = this.#module.types.params[typeIndex] ?? 0;
    for (let run = 0; run < runs; run++) {
      locals += reader.u32();
      if (locals > MAX_LOCALS) throw new Malformed(`more than ${MAX_LOCALS} locals`, reader.at);
      if (!isValueType(reader.byte())) throw new Malformed("there is no such type", reader.at - 1);
    }
    const hasRoom = locals < MAX_LOCALS;
    this.#out.unsigned(hasRoom ? runs + 1 : runs);
    this.#out.copy(reader.bytes, from, reader.at);
    if (hasRoom) this.#out.all([1, Code.i64]);
    this.#fuel.begin(hasRoom ? locals : undefined);
    return locals;
  }

  #operator(op: number, start: number, locals: number): void {
    const reader = this.#reader;
    switch (IMMEDIATES[op]) {
      case I.block:
        this.#open(op, start);
        return;
      case I.end:
        this.#end(start);
        return;
      case I.else:
        this.#else(start);
        return;
      case I.branch:
        this.#branch(op, start);
        return;
      case I.branchTable:
        this.#branchTable(start);
        return;
      case I.call:
        this.#call(op, start);
        return;
      case I.stop:
        if (this.#blocks.reachable) this.#leave(start);
        return;
      case I.local:
        reader.index("local", locals);
        return;
      case I.global:
        reader.index("global", this.#module.globals.length);
        return;
      case I.i32:
      case I.i64:
        passNumber(reader);
        return;
      case I.f32:
        reader.skip(4);
        return;
      case I.f64:
        reader.skip(8);
        return;
      case I.memory:
        this.#access(ACCESS_BYTES[op] ?? 0, start);
        return;
      case I.memoryIndex: {
        const memory = reader.index("memory", this.#module.memories.length);
        if (op === Op.memoryGrow) this.#grow(start, this.#context.memories, memory);
        return;
      }
      case I.misc:
        this.#misc(start);
        return;
      case I.simd:
        this.#simd(start);
        return;
      default:
        passReference(reader, this.#module, op, start);
    }
  }

  /** Copies what lies before the place. */
  #copyTo(place: number): void {
    this.#out.copy(this.#module.bytes, this.#copied, place);
    this.#copied = place;
  }

  /** Before the instruction at the place: what is pending is consumed. */
  #flush(start: number): void {
    if (this.#pending === 0) return;
    this.#copyTo(start);
    this.#fuel.add(this.#pending);
    this.#pending = 0;
  }

  /** Before the instruction at the place, which leaves the function: the global knows all. */
  #save(start: number): void {
    this.#copyTo(start);
    this.#fuel.save(this.#pending);
    this.#pending = 0;
  }

  #leave(start: number): void {
    this.#save(start);
    this.#blocks.reachable = false;
  }

  #open(op: number, start: number): void {
    const { reachable } = this.#blocks;
    if (reachable && op !== Op.block) this.#flush(start);
    passBlockType(this.#reader, this.#module);
    this.#blocks.open(op === Op.block ? "block" : op === Op.loop ? "loop" : "if");
    if (op !== Op.loop || !reachable) return;
    this.#copyTo(this.#reader.at);
    this.#fuel.test();
  }

  #end(start: number): void {
    const blocks = this.#blocks;
    if (blocks.depth === 0) {
      if (blocks.reachable) this.#flush(start);
      this.#copyTo(this.#reader.at);
      this.#fuel.save(0);
      this.#out.byte(Code.end);
      blocks.depth = -1;
      return;
    }
    // Where nothing joins, what is pending stays pending: nobody can tell.
    if (blocks.reachable && blocks.joins) this.#flush(start);
    blocks.end();
  }

  #else(start: number): void {
    if (this.#blocks.reachable) this.#flush(start);
    if (!this.#blocks.else()) throw new Malformed("an `else` without its `if`", start);
  }

  #branch(op: number, start: number): void {
    const up = this.#reader.index("block", this.#blocks.depth + 1);
    if (!this.#blocks.reachable) return;
    this.#flush(start);
    this.#blocks.branch(up);
    if (op === Op.br) this.#blocks.reachable = false;
  }

  #branchTable(start: number): void {
    const reader = this.#reader;
    const { reachable, depth } = this.#blocks;
    const count = reader.u32();
    for (let index = 0; index <= count; index++) {
      const up = reader.index("block", depth + 1);
      if (reachable) this.#blocks.branch(up);
    }
    if (reachable) this.#flush(start);
    this.#blocks.reachable = false;
  }

  #call(op: number, start: number): void {
    const reader = this.#reader;
    const { functions, types, tables } = this.#module;
    if (op === Op.call || op === Op.returnCall) reader.index("function", functions.length);
    else {
      reader.index("type", types.count);
      reader.index("table", tables.length);
    }
    if (!this.#blocks.reachable) return;
    if (op >= Op.returnCall) {
      this.#leave(start);
      return;
    }
    this.#save(start);
    this.#copyTo(reader.at);
    this.#fuel.reload();
  }

  #access(size: number, start: number): void {
    const beyond = readsBeyond(this.#reader, this.#reaches, size);
    if (beyond && this.#blocks.reachable) this.#leave(start);
  }

  #grow(start: number, grown: Grown, index: number): void {
    if (!this.#blocks.reachable || !this.#growth.isNeeded(grown, index)) return;
    this.#copyTo(start);
    this.#growth.write(this.#module.bytes, start, this.#reader.at, grown, index);
    this.#copied = this.#reader.at;
  }

  #misc(start: number): void {
    const moves = readMoves(this.#reader, this.#module, start);
    if (moves?.does === "bulk") this.#bulk(start, moves.wide);
    if (moves?.does === "grow") this.#grow(start, this.#context.tables, moves.table);
  }

  /**
   * A bulk operation; how much it moves lies on the stack, in 32 bits or 64. T40: exhaustion is tested before each, so that what is done
   * beyond the budget is one of them at most. Paid for once it is done: one that traps has moved nothing.
   */
  #bulk(start: number, wide: boolean): void {
    if (this.#context.mode === "flat" || !this.#blocks.reachable) return;
    this.#flush(start);
    this.#fuel.test();
    const type = wide ? "i64" : "i32";
    const moved = this.#context.globals.get(`asked ${type}`, type);
    this.#out.all(instruction(Code.globalSet, moved));
    this.#out.all(instruction(Code.globalGet, moved));
    this.#copyTo(this.#reader.at);
    this.#fuel.addGlobal(moved, wide);
  }

  #simd(start: number): void {
    const reader = this.#reader;
    const code = reader.u32();
    const immediate = SIMD_OPCODES.immediates[code] ?? I.none;
    if (immediate === I.none) throw new Malformed("there is no such instruction", start);
    if (immediate === I.memory || immediate >= I.memoryLane16) this.#access(SIMD_ACCESS_BYTES[code] ?? 0, start);
    if (immediate === I.v128 || immediate === I.shuffle) reader.skip(16);
    else if (immediate >= I.lane16) reader.skip(1);
  }
}
