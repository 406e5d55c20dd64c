import { callCost, LOCAL_SET_SHARE } from "./cost.ts";
import { BlockType, BodyReader, Label } from "./immediates.ts";
import { MAX_LOCALS } from "./limits.ts";
import { Malformed, refused } from "./malformed.ts";
import { callsRuntime, featureOfOpcode, Immediate as I, MISC_OPCODES, OPCODES, Op, SIMD_OPCODES } from "./opcodes.ts";
import type { ModuleState } from "./state.ts";
import { readReferenceType, skipValueType } from "./types.ts";

/**
 * Walks function bodies: every instruction's immediates are read and bounded by what the module has, blocks are matched, and
 * what each body costs to compile is summed (cost.ts). Types are the engine's business, so the height of the operand stack is
 * right only for a body that the engine accepts. Open blocks are kept in arrays, not in calls, however deep they are.
 */
export class BodyWalker {
  readonly #module: ModuleState;
  readonly #reader: BodyReader;
  /** Of each open block: its type above its kind, and the height of the stack below it. */
  #labels = new Int32Array(256);
  #bases = new Int32Array(256);

  constructor(module: ModuleState) {
    this.#module = module;
    this.#reader = new BodyReader(module);
  }

  /** Walks the body that lies between two offsets, of a function of that type; gives what it costs to compile. */
  walk(typeIndex: number, from: number, end: number): number {
    const { bytes, types, features, memories, globals, functions } = this.#module;
    const { immediates, deltas } = OPCODES;
    const reader = this.#reader;
    reader.at = from;
    reader.end = end;
    const locals = this.#readLocals(types.params[typeIndex] ?? 0);
    /** What each control operator costs, beside the stack. */
    const fixed = locals + (types.results[typeIndex] ?? 0);
    // A memory argument is two bytes where its alignment is one of any type and it names no memory.
    const shortAlignments = memories.length === 0 ? 0 : 5;
    let at = reader.at;
    let height = 0;
    let base = 0;
    let depth = 0;
    let cost = 0;
    this.#labels[0] = ((typeIndex + BlockType.indexed) << 2) | Label.block;
    this.#bases[0] = 0;

    while (at < end) {
      const op = bytes[at++] ?? 0;
      height += deltas[op] ?? 0;
      switch (immediates[op]) {
        case I.plain:
          continue;
        case I.local: {
          let index = bytes[at++] ?? 0;
          if (index >= 0x80) {
            reader.at = at - 1;
            index = reader.u32();
            at = reader.at;
          }
          if (index >= locals) throw new Malformed(`there is no local ${index}`, at - 1);
          if (op !== Op.localGet) cost += (fixed + height) * LOCAL_SET_SHARE;
          continue;
        }
        case I.i32:
          if ((bytes[at++] ?? 0) < 0x80) continue;
          reader.at = at - 1;
          reader.skipSigned(32);
          at = reader.at;
          continue;
        case I.memory:
          if ((bytes[at] ?? 0) < shortAlignments && (bytes[at + 1] ?? 0) < 0x80) at += 2;
          else {
            reader.at = at;
            reader.memoryArgument();
            at = reader.at;
          }
          continue;
        case I.i64:
          if ((bytes[at++] ?? 0) < 0x80) continue;
          reader.at = at - 1;
          reader.skipSigned(64);
          at = reader.at;
          continue;
        case I.f32:
          at += 4;
          continue;
        case I.f64:
          at += 8;
          continue;
        default:
      }
      // What is left is rarer, and may cost. Where code cannot be reached the stack has no height to speak of.
      if (height < base) height = base;
      reader.at = at;
      switch (immediates[op]) {
        case I.block: {
          const type = reader.blockType();
          const taken = reader.paramsOf(type);
          cost += fixed + height + taken + reader.resultsOf(type);
          depth += 1;
          if (depth === this.#labels.length) this.#grow();
          base = Math.max(height - taken, base);
          this.#labels[depth] = (type << 2) | (op - Op.block);
          this.#bases[depth] = base;
          break;
        }
        case I.else: {
          const label = this.#labels[depth] ?? 0;
          if ((label & 3) !== Label.if) throw new Malformed("an `else` without its `if`", at - 1);
          cost += fixed + height;
          this.#labels[depth] = label | Label.else;
          height = base + reader.paramsOf(label >> 2);
          break;
        }
        case I.end:
          height = base + reader.resultsOf((this.#labels[depth] ?? 0) >> 2);
          cost += fixed + height;
          depth -= 1;
          if (depth < 0) {
            if (at !== end) throw new Malformed("a body goes on after its end", at);
            return cost;
          }
          base = this.#bases[depth] ?? 0;
          break;
        case I.branch:
          cost += fixed + height + reader.arityOf(reader.branch(this.#labels, depth));
          if (op === Op.br) height = base;
          break;
        case I.branchTable:
          cost += fixed + height + depth + reader.branchTable(this.#labels, depth);
          height = base;
          break;
        case I.stop:
          if (op === Op.return) cost += fixed + height;
          height = base;
          break;
        case I.call: {
          const type = reader.callee(op);
          const taken = types.params[type] ?? 0;
          const given = types.results[type] ?? 0;
          cost += fixed + height + callCost(taken, given);
          height = op >= Op.returnCall ? base : Math.max(height - taken, base) + given;
          break;
        }
        case I.global:
          reader.index("global", globals.length);
          break;
        case I.signExtension:
          features.note("sign_extension", at - 1);
          break;
        case I.memoryIndex:
          reader.memoryIndex();
          if (op === Op.memoryGrow) cost += fixed + height;
          break;
        case I.tableIndex:
          reader.tableIndex();
          cost += fixed + height;
          break;
        case I.refFunc:
          features.note("reference_tables", at - 1);
          reader.index("function", functions.length);
          cost += fixed + height;
          break;
        case I.refNull:
          features.note("reference_tables", at - 1);
          readReferenceType(reader);
          break;
        case I.selectTyped:
          features.note("reference_tables", at - 1);
          if (reader.u32() !== 1) throw new Malformed("a `select` of other than one type", at);
          skipValueType(reader, features);
          break;
        case I.misc: {
          const code = reader.misc();
          if (callsRuntime(code)) cost += fixed + height;
          height += MISC_OPCODES.deltas[code] ?? 0;
          break;
        }
        case I.simd:
          height += SIMD_OPCODES.deltas[reader.simd()] ?? 0;
          break;
        default: {
          const feature = featureOfOpcode(0, op);
          if (feature !== undefined) throw refused(feature, at - 1);
          throw new Malformed(`there is no instruction 0x${op.toString(16)}`, at - 1);
        }
      }
      at = reader.at;
    }
    throw new Malformed("a body ends before its last `end`", end);
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
