import type { Feature } from "./facts.ts";
import type { RefusedFeature } from "./malformed.ts";

/**
 * The instructions of spec 4.5: what follows each opcode, and by how much it changes the height of the operand stack.
 * Whatever reads bodies, the fuel rewriter (spec 10.2) included, reads them by these tables. An opcode that is not in them
 * is refused.
 */
export const Immediate = {
  /** Not accepted. */
  none: 0,
  /** Nothing follows. */
  plain: 1,
  local: 2,
  i32: 3,
  memory: 4,
  block: 5,
  end: 6,
  branch: 7,
  call: 8,
  global: 9,
  i64: 10,
  f32: 11,
  f64: 12,
  else: 13,
  branchTable: 14,
  /** `return` and `unreachable`. */
  stop: 15,
  /** `memory.size` and `memory.grow`. */
  memoryIndex: 17,
  selectTyped: 18,
  tableIndex: 19,
  refNull: 20,
  refFunc: 21,
  /** 0xfc and 0xfd: an opcode follows. */
  misc: 22,
  simd: 23,
  /** Nothing follows; a sign extension. */
  signExtension: 24,
  /** Of the 0xfc space. */
  memoryInit: 25,
  dataDrop: 26,
  memoryCopy: 27,
  memoryFill: 28,
  tableInit: 29,
  elemDrop: 30,
  tableCopy: 31,
  /** Of the 0xfd space: 16 bytes; 16 lanes below 32; one lane below 16, 8, 4 or 2; the same after a memory argument. */
  v128: 32,
  shuffle: 33,
  lane16: 34,
  lane8: 35,
  lane4: 36,
  lane2: 37,
  memoryLane16: 38,
  memoryLane8: 39,
  memoryLane4: 40,
  memoryLane2: 41,
} as const;

/** Opcodes that bodies are walked by, by name. */
export const Op = {
  unreachable: 0x00,
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  br: 0x0c,
  brIf: 0x0d,
  return: 0x0f,
  call: 0x10,
  callIndirect: 0x11,
  returnCall: 0x12,
  returnCallIndirect: 0x13,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  globalGet: 0x23,
  globalSet: 0x24,
  memoryGrow: 0x40,
  i32Const: 0x41,
  i64Const: 0x42,
  f32Const: 0x43,
  f64Const: 0x44,
  refNull: 0xd0,
  refFunc: 0xd2,
  misc: 0xfc,
  simd: 0xfd,
} as const;

/** Opcodes of the 0xfd space from here on are relaxed SIMD. */
export const FIRST_RELAXED = 0x100;

interface OpcodeTable {
  readonly immediates: Uint8Array;
  readonly deltas: Int8Array;
}

/** Runs of opcodes: first, last, what follows, change of height. */
type Run = readonly [first: number, last: number, immediate: number, delta: number];

function table(size: number, runs: readonly Run[]): OpcodeTable {
  const immediates = new Uint8Array(size);
  const deltas = new Int8Array(size);
  for (const [first, last, immediate, delta] of runs) {
    immediates.fill(immediate, first, last + 1);
    deltas.fill(delta, first, last + 1);
  }
  return { immediates, deltas };
}

const I = Immediate;

/** One-byte opcodes. What branches, calls and blocks do to the height depends on types and is not in the table. */
export const OPCODES = table(256, [
  [0x00, 0x00, I.stop, 0],
  [0x01, 0x01, I.plain, 0],
  [0x02, 0x03, I.block, 0],
  [0x04, 0x04, I.block, -1],
  [0x05, 0x05, I.else, 0],
  [0x0b, 0x0b, I.end, 0],
  [0x0c, 0x0c, I.branch, 0],
  [0x0d, 0x0d, I.branch, -1],
  [0x0e, 0x0e, I.branchTable, -1],
  [0x0f, 0x0f, I.stop, 0],
  [0x10, 0x10, I.call, 0],
  [0x11, 0x11, I.call, -1],
  [0x12, 0x12, I.call, 0],
  [0x13, 0x13, I.call, -1],
  [0x1a, 0x1a, I.plain, -1], // drop
  [0x1b, 0x1b, I.plain, -2], // select
  [0x1c, 0x1c, I.selectTyped, -2],
  [0x20, 0x20, I.local, 1],
  [0x21, 0x21, I.local, -1],
  [0x22, 0x22, I.local, 0],
  [0x23, 0x23, I.global, 1],
  [0x24, 0x24, I.global, -1],
  [0x25, 0x25, I.tableIndex, 0],
  [0x26, 0x26, I.tableIndex, -2],
  [0x28, 0x35, I.memory, 0], // loads
  [0x36, 0x3e, I.memory, -2], // stores
  [0x3f, 0x3f, I.memoryIndex, 1],
  [0x40, 0x40, I.memoryIndex, 0],
  [0x41, 0x41, I.i32, 1],
  [0x42, 0x42, I.i64, 1],
  [0x43, 0x43, I.f32, 1],
  [0x44, 0x44, I.f64, 1],
  [0x45, 0xbf, I.plain, -1],
  [0x45, 0x45, I.plain, 0], // i32.eqz
  [0x50, 0x50, I.plain, 0], // i64.eqz
  [0x67, 0x69, I.plain, 0], // i32 clz, ctz, popcnt
  [0x79, 0x7b, I.plain, 0], // i64 clz, ctz, popcnt
  [0x8b, 0x91, I.plain, 0], // f32 abs to sqrt
  [0x99, 0x9f, I.plain, 0], // f64 abs to sqrt
  [0xa7, 0xbf, I.plain, 0], // conversions
  [0xc0, 0xc4, I.signExtension, 0],
  [0xd0, 0xd0, I.refNull, 1],
  [0xd1, 0xd1, I.plain, 0], // ref.is_null
  [0xd2, 0xd2, I.refFunc, 1],
  [0xfc, 0xfc, I.misc, 0],
  [0xfd, 0xfd, I.simd, 0],
]);

/** Opcodes after 0xfc. */
export const MISC_OPCODES = table(0x12, [
  [0x00, 0x07, I.plain, 0], // saturating conversions
  [0x08, 0x08, I.memoryInit, -3],
  [0x09, 0x09, I.dataDrop, 0],
  [0x0a, 0x0a, I.memoryCopy, -3],
  [0x0b, 0x0b, I.memoryFill, -3],
  [0x0c, 0x0c, I.tableInit, -3],
  [0x0d, 0x0d, I.elemDrop, 0],
  [0x0e, 0x0e, I.tableCopy, -3],
  [0x0f, 0x0f, I.tableIndex, -1], // grow
  [0x10, 0x10, I.tableIndex, 1], // size
  [0x11, 0x11, I.tableIndex, -3], // fill
]);

const UNARY_SIMD: readonly number[] = [
  0x4d, 0x53, 0x5e, 0x5f, 0x60, 0x61, 0x62, 0x63, 0x64, 0x67, 0x68, 0x69, 0x6a, 0x74, 0x75, 0x7a, 0x7c, 0x7d, 0x7e, 0x7f, 0x80,
  0x81, 0x83, 0x84, 0x87, 0x88, 0x89, 0x8a, 0x94, 0xa0, 0xa1, 0xa3, 0xa4, 0xa7, 0xa8, 0xa9, 0xaa, 0xc0, 0xc1, 0xc3, 0xc4, 0xc7,
  0xc8, 0xc9, 0xca, 0xe0, 0xe1, 0xe3, 0xec, 0xed, 0xef, 0xf8, 0xf9, 0xfa, 0xfb, 0xfc, 0xfd, 0xfe, 0xff,
];
const UNASSIGNED_SIMD: readonly number[] = [
  0x9a, 0xa2, 0xa5, 0xa6, 0xaf, 0xb0, 0xb2, 0xb3, 0xb4, 0xbb, 0xc2, 0xc5, 0xc6, 0xcf, 0xd0, 0xd2, 0xd3, 0xd4, 0xe2, 0xee,
];

/** Opcodes after 0xfd: SIMD, and relaxed SIMD from 0x100 on. */
export const SIMD_OPCODES = table(0x114, [
  [0x00, 0x0a, I.memory, 0], // loads
  [0x0b, 0x0b, I.memory, -2],
  [0x0c, 0x0c, I.v128, 1],
  [0x0d, 0x0d, I.shuffle, -1],
  [0x0e, 0x0e, I.plain, -1], // swizzle
  [0x0f, 0x14, I.plain, 0], // splat
  [0x15, 0x16, I.lane16, 0], // extract_lane, then replace_lane, for each shape
  [0x17, 0x17, I.lane16, -1],
  [0x18, 0x19, I.lane8, 0],
  [0x1a, 0x1a, I.lane8, -1],
  [0x1b, 0x1b, I.lane4, 0],
  [0x1c, 0x1c, I.lane4, -1],
  [0x1d, 0x1d, I.lane2, 0],
  [0x1e, 0x1e, I.lane2, -1],
  [0x1f, 0x1f, I.lane4, 0],
  [0x20, 0x20, I.lane4, -1],
  [0x21, 0x21, I.lane2, 0],
  [0x22, 0x22, I.lane2, -1],
  [0x23, 0x113, I.plain, -1],
  [0x52, 0x52, I.plain, -2], // bitselect
  [0x54, 0x54, I.memoryLane16, -1], // load_lane
  [0x55, 0x55, I.memoryLane8, -1],
  [0x56, 0x56, I.memoryLane4, -1],
  [0x57, 0x57, I.memoryLane2, -1],
  [0x58, 0x58, I.memoryLane16, -2], // store_lane
  [0x59, 0x59, I.memoryLane8, -2],
  [0x5a, 0x5a, I.memoryLane4, -2],
  [0x5b, 0x5b, I.memoryLane2, -2],
  [0x5c, 0x5d, I.memory, 0], // load_zero
  ...UNARY_SIMD.map((code): Run => [code, code, I.plain, 0]),
  ...UNASSIGNED_SIMD.map((code): Run => [code, code, I.none, 0]),
  [0x101, 0x104, I.plain, 0], // relaxed_trunc
  [0x105, 0x10c, I.plain, -2], // relaxed_madd to relaxed_laneselect
  [0x113, 0x113, I.plain, -2], // relaxed_dot_add
]);

/** What an opcode that is in no table above belongs to; undefined where nobody has assigned it. */
export function featureOfOpcode(prefix: number, code: number): RefusedFeature | undefined {
  if (prefix === Op.misc) return code === 0x12 ? "memory control" : code >= 0x13 && code <= 0x16 ? "wide arithmetic" : undefined;
  if (prefix === Op.simd) return code >= 0x120 && code <= 0x15f ? "half-precision floats" : undefined;
  if (code === 0xfe) return "threads";
  if (code === 0xfb || code === 0xd3) return "garbage collection";
  if ((code >= 0x06 && code <= 0x0a) || code === 0x18 || code === 0x19 || code === 0x1f) return "exceptions";
  if (code === 0x14 || code === 0x15 || (code >= 0xd4 && code <= 0xd6)) return "typed function references";
  return code >= 0xe0 && code <= 0xe6 ? "stack switching" : undefined;
}

/** Opcodes after 0xfc for which an engine calls its runtime: all that move memory or tables, but for `table.size` and drops. */
export const callsRuntime = (misc: number): boolean => misc >= 0x08 && misc !== 0x09 && misc !== 0x0d && misc !== 0x10;

/** Features that an opcode after 0xfc is part of. */
export const featureOfMisc = (code: number): Feature =>
  code < 0x08 ? "saturating_conversions" : code < 0x0f ? "bulk_memory" : "reference_tables";
