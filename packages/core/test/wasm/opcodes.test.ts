import { describe, expect, it } from "vitest";
import { readModule } from "../../src/wasm/index.ts";
import { Immediate, MISC_OPCODES, OPCODES, SIMD_OPCODES } from "../../src/wasm/opcodes.ts";
import { type Bytes, functionModule, I32, join, leb, repeat, section, YOUNG } from "./build.ts";

/** A function with that code among one of everything: a table, a memory, a mutable global, a segment of each kind. */
const around = (code: Bytes): Uint8Array<ArrayBuffer> =>
  functionModule(
    { code, locals: [[1, I32]] },
    {
      before: [
        section(4, [1, 0x70, 0, 1]),
        section(5, [1, 0, 1]),
        section(6, [1, I32, 1, 0x41, 0, 0x0b]),
        section(9, [1, 3, 0, 1, 0]),
        section(12, [1]),
      ],
      after: [section(11, [1, 1, 0])],
    },
  );

/** What follows an opcode, one of each kind; everything has index 0. */
const FOLLOWING: readonly Bytes[] = [
  [],
  [0],
  [0, 0],
  [0, 0, 0],
  [0x40, 0x0b],
  [0x70],
  [1, I32],
  [0x70, 0x70, 0x70, 0x70],
  repeat(8, [0x70]),
  repeat(16, [0x01]),
];

/** Whether ours and the engine's accept that opcode with anything after it, on a stack of whatever it wants. */
function verdicts(opcode: Bytes): { ours: boolean; engine: boolean; young: boolean } {
  const modules = FOLLOWING.map((following) => around(join([0x00], opcode, following, [0x00])));
  const read = modules.map(readModule).filter(({ ok }) => ok);
  const young = read.some((reading) => reading.ok && YOUNG.some((feature) => reading.facts.features.has(feature)));
  return { ours: read.length > 0, engine: modules.some((module) => WebAssembly.validate(module)), young };
}

const SPACES: readonly { name: string; opcodes: Bytes[] }[] = [
  { name: "one byte", opcodes: Array.from({ length: 256 }, (_, code) => [code]) },
  { name: "after 0xfc", opcodes: Array.from({ length: 64 }, (_, code) => join([0xfc], leb(code))) },
  { name: "after 0xfd", opcodes: Array.from({ length: 0x180 }, (_, code) => join([0xfd], leb(code))) },
];

const REFUSED = [
  0x06, 0x07, 0x08, 0x09, 0x0a, 0x14, 0x15, 0x18, 0x19, 0x1f, 0xd3, 0xd4, 0xd5, 0xd6, 0xe0, 0xe1, 0xe2, 0xe3, 0xe4, 0xe5, 0xe6,
  0xfb, 0xfe,
];

describe("spec 4.5: the list of instructions is the engine's, but for what is refused and what it lacks", () => {
  for (const { name, opcodes } of SPACES) {
    it(name, () => {
      for (const opcode of opcodes) {
        const { ours, engine, young } = verdicts(opcode);
        const expected = young || REFUSED.includes(opcode[0] ?? 0) ? ours : engine;
        expect({ opcode: [...opcode], ours }).toEqual({ opcode: [...opcode], ours: expected });
      }
    });
  }

  it("exceptions, typed references, garbage collection, threads and stack switching are refused by name", () => {
    for (const opcode of REFUSED) {
      const reading = readModule(around([opcode, 0, 0, 0]));
      expect({ opcode, refused: !reading.ok && reading.feature !== undefined }).toEqual({ opcode, refused: true });
    }
  });
});

const CONSTANTS: readonly Bytes[] = [
  [0x41, 0],
  [0x42, 0],
  [0x43, 0, 0, 0, 0],
  join([0x44], new Uint8Array(8)),
  join([0xfd, 12], new Uint8Array(16)),
  [0xd0, 0x70],
];

/** What follows an opcode of that kind. */
function following(immediate: number): Bytes {
  if (immediate === Immediate.plain || immediate === Immediate.signExtension) return [];
  if (immediate === Immediate.refNull) return [0x70];
  if (immediate === Immediate.selectTyped) return [1, I32];
  const bytes: { [immediate: number]: number } = {
    [Immediate.memory]: 2,
    [Immediate.f32]: 4,
    [Immediate.f64]: 8,
    [Immediate.v128]: 16,
    [Immediate.shuffle]: 16,
  };
  const two: number[] = [Immediate.memoryInit, Immediate.memoryCopy, Immediate.tableInit, Immediate.tableCopy];
  if (immediate >= Immediate.memoryLane16) return [0, 0, 0];
  return new Uint8Array(bytes[immediate] ?? (two.includes(immediate) ? 2 : 1));
}

/** All stacks of up to three values. */
const STACKS: readonly Bytes[][] = (() => {
  const all: Bytes[][] = [[]];
  for (let from = 0, length = 0; length < 3; length++) {
    const until = all.length;
    for (; from < until; from++) for (const constant of CONSTANTS) all.push([...(all[from] ?? []), constant]);
  }
  return all;
})();

describe("the change of height that is kept for an opcode is what the engine makes of it", () => {
  /** Values given less values taken, from the first typing that the engine accepts. */
  function change(opcode: Bytes, immediate: number | undefined): number | undefined {
    const instruction = join(opcode, following(immediate ?? 0));
    for (const stack of STACKS) {
      for (const given of [0, 1]) {
        if (WebAssembly.validate(around(join(...stack, instruction, given === 1 ? [0x1a] : [])))) return given - stack.length;
      }
    }
    return undefined;
  }
  const BY_TYPE = [0x00, 0x02, 0x03, 0x04, 0x05, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 0x10, 0x11, 0x12, 0x13, 0xfc, 0xfd];

  it("one byte", () => {
    for (let code = 0; code < 256; code++) {
      if (BY_TYPE.includes(code) || OPCODES.immediates[code] === 0) continue;
      expect({ code, delta: OPCODES.deltas[code] }).toEqual({ code, delta: change([code], OPCODES.immediates[code]) });
    }
  });

  it("after 0xfc", () => {
    for (let code = 0; code < MISC_OPCODES.deltas.length; code++) {
      expect({ code, delta: MISC_OPCODES.deltas[code] }).toEqual({
        code,
        delta: change(join([0xfc], leb(code)), MISC_OPCODES.immediates[code]),
      });
    }
  });

  it("after 0xfd", () => {
    for (let code = 0; code < 0x100; code++) {
      if (SIMD_OPCODES.immediates[code] === 0) continue;
      expect({ code, delta: SIMD_OPCODES.deltas[code] }).toEqual({
        code,
        delta: change(join([0xfd], leb(code)), SIMD_OPCODES.immediates[code]),
      });
    }
  });
});
