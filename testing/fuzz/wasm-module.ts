import { interesting, joined, leb } from "./mutate.ts";
import type { Random } from "./random.ts";

/**
 * Modules of random instructions whose immediates are mostly right. `unreachable` stands before most instructions: behind it the
 * operand stack takes any type, so that the engine accepts most bodies and each instruction is tried where both can say yes.
 */
export function randomModule(random: Random): Uint8Array {
  const shape = shapeOf(random);
  const bodies = shape.functions.map(() => body(random, shape));
  const section = (id: number, items: readonly Uint8Array[]): Uint8Array => {
    const content = joined(leb(items.length), ...items);
    return items.length === 0 ? new Uint8Array() : joined(Uint8Array.of(id), leb(content.length), content);
  };
  const dataCount = leb(shape.data);
  return joined(
    Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0),
    section(
      1,
      shape.types.map(([params, results]) => joined(Uint8Array.of(0x60), vector(params), vector(results))),
    ),
    section(
      2,
      shape.imports.map((type) => joined(name("env"), name(`f${type}`), Uint8Array.of(0), leb(type))),
    ),
    section(
      3,
      shape.functions.map((type) => leb(type)),
    ),
    section(
      4,
      shape.tables.map((wide) => Uint8Array.of(0x70, wide ? 5 : 1, 1, 8)),
    ),
    section(
      5,
      shape.memories.map((wide) => Uint8Array.of(wide ? 5 : 1, 1, 2)),
    ),
    section(
      6,
      shape.globals.map((type) => joined(Uint8Array.of(type, random.below(2)), constant(random, type), END)),
    ),
    section(7, shape.functions.length === 0 ? [] : [joined(name("run"), Uint8Array.of(0), leb(shape.imports.length))]),
    section(
      9,
      Array.from({ length: shape.elements }, () => joined(Uint8Array.of(1, 0), leb(1), leb(0))),
    ),
    shape.data === 0 ? new Uint8Array() : joined(Uint8Array.of(12), leb(dataCount.length), dataCount),
    section(10, bodies),
    section(
      11,
      Array.from({ length: shape.data }, () => joined(Uint8Array.of(1), vector(random.bytes(3)))),
    ),
  );
}

interface Shape {
  readonly types: readonly (readonly [params: Uint8Array, results: Uint8Array])[];
  readonly imports: readonly number[];
  readonly functions: readonly number[];
  readonly tables: readonly boolean[];
  readonly memories: readonly boolean[];
  readonly globals: readonly number[];
  readonly elements: number;
  readonly data: number;
}

const I32 = 0x7f;
const VALUE_TYPES = [I32, 0x7e, 0x7d, 0x7c, 0x7b, 0x70] as const;
const END = Uint8Array.of(0x0b);

function shapeOf(random: Random): Shape {
  const list = <T>(least: number, most: number, make: () => T): T[] =>
    Array.from({ length: least + random.below(most - least + 1) }, make);
  const values = (): Uint8Array => Uint8Array.from(list(0, 3, () => random.pick(VALUE_TYPES)));
  const types = list(1, 4, () => [values(), values()] as const);
  const functions = list(1, 3, () => random.below(types.length));
  // What Node 20 does not have is left to few.
  const young = random.oneIn(4);
  return {
    types,
    imports: list(0, 2, () => random.below(types.length)),
    functions,
    tables: list(1, 2, () => young && random.oneIn(3)),
    memories: list(1, young ? 2 : 1, () => young && random.oneIn(3)),
    globals: list(1, 3, () => random.pick(VALUE_TYPES)),
    elements: random.below(3),
    data: random.below(3),
  };
}

function constant(random: Random, type: number): Uint8Array {
  switch (type) {
    case I32:
      return joined(Uint8Array.of(0x41), signedLeb(random));
    case 0x7e:
      return joined(Uint8Array.of(0x42), signedLeb(random));
    case 0x7d:
      return joined(Uint8Array.of(0x43), random.bytes(4));
    case 0x7c:
      return joined(Uint8Array.of(0x44), random.bytes(8));
    case 0x7b:
      return joined(Uint8Array.of(0xfd, 0x0c), random.bytes(16));
    default:
      return random.oneIn(2) ? Uint8Array.of(0xd0, 0x70) : Uint8Array.of(0xd2, 0x00);
  }
}

function body(random: Random, shape: Shape): Uint8Array {
  const locals = Array.from({ length: random.below(4) }, () =>
    joined(leb(1 + random.size(30)), Uint8Array.of(random.pick(VALUE_TYPES))),
  );
  const parts: Uint8Array[] = [leb(locals.length), ...locals];
  let depth = 0;
  for (let count = random.size(60); count > 0; count--) {
    if (!random.oneIn(20)) parts.push(UNREACHABLE);
    const opened = instruction(random, shape, depth, parts);
    depth += opened;
  }
  for (; depth > 0; depth--) parts.push(UNREACHABLE, END);
  parts.push(UNREACHABLE, END);
  const content = joined(...parts);
  return joined(leb(content.length), content);
}

const UNREACHABLE = Uint8Array.of(0);

/** Puts one instruction; gives how many blocks it opens (1), closes (-1). */
function instruction(random: Random, shape: Shape, depth: number, parts: Uint8Array[]): -1 | 0 | 1 {
  const put = (...bytes: readonly (number | Uint8Array)[]): 0 => {
    for (const part of bytes) parts.push(typeof part === "number" ? Uint8Array.of(part) : part);
    return 0;
  };
  const index = (count: number): Uint8Array => leb(random.oneIn(60) ? interesting(random) : random.below(count));
  const memory = (): Uint8Array => memoryArgument(random, shape);
  switch (random.below(20)) {
    case 0: {
      const type = random.oneIn(3) ? leb(random.below(shape.types.length)) : Uint8Array.of(random.pick([0x40, ...VALUE_TYPES]));
      put(random.pick([0x02, 0x03, 0x04]), type);
      return 1;
    }
    case 1:
      if (depth === 0) return put(0x01);
      put(END);
      return -1;
    case 2:
      return put(random.pick([0x0c, 0x0d]), index(depth + 1));
    case 3: {
      const targets = Array.from({ length: random.size(6) }, () => index(depth + 1));
      return put(0x0e, leb(targets.length), ...targets, index(depth + 1));
    }
    case 4:
      return put(random.pick([0x10, 0x12, 0xd2]), index(shape.imports.length + shape.functions.length));
    case 5:
      return put(random.pick([0x11, 0x13]), index(shape.types.length), index(shape.tables.length));
    case 6:
      return random.oneIn(2) ? put(random.pick([0x1a, 0x1b, 0x0f, 0x01])) : put(0x1c, 1, random.pick(VALUE_TYPES));
    case 7:
      return put(random.pick([0x20, 0x21, 0x22]), index(4));
    case 8:
      return put(random.pick([0x23, 0x24]), index(shape.globals.length));
    case 9:
      return put(random.pick([0x25, 0x26]), index(shape.tables.length));
    case 10:
      return put(0x28 + random.below(0x17), memory());
    case 11:
      return put(random.pick([0x3f, 0x40]), index(shape.memories.length));
    case 12:
      return put(constant(random, random.pick(VALUE_TYPES)));
    case 13:
      return put(0x45 + random.below(0x80));
    case 14:
      return put(...misc(random, shape, index));
    case 15:
    case 16:
    case 17:
      return put(0xfd, ...simd(random, memory));
    case 18:
      return put(random.pick([0xd0, 0xd1, 0x05, 0x06, 0x08, 0x14, 0xfb, 0xfe]), random.pick([0x70, 0x6f, 0, 1]));
    default:
      return put(random.below(256), random.bytes(random.below(3)));
  }
}

function misc(random: Random, shape: Shape, index: (count: number) => Uint8Array): (number | Uint8Array)[] {
  const code = random.below(20);
  const longer = random.oneIn(20) ? 2 : 0;
  const [memories, tables] = [shape.memories.length, shape.tables.length];
  const immediates: { readonly [code: number]: readonly number[] } = {
    8: [shape.data, memories],
    9: [shape.data],
    10: [memories, memories],
    11: [memories],
    12: [shape.elements, tables],
    13: [shape.elements],
    14: [tables, tables],
    15: [tables],
    16: [tables],
    17: [tables],
  };
  return [0xfc, leb(code, longer), ...(immediates[code] ?? []).map(index)];
}

/** The vector instructions by what follows the code. */
function simd(random: Random, memory: () => Uint8Array): (number | Uint8Array)[] {
  const code = random.oneIn(3) ? random.below(0x20) : random.below(random.oneIn(3) ? 0x120 : 0x100);
  const lane = (lanes: number): number => (random.oneIn(30) ? lanes : random.below(lanes));
  const after = (): (number | Uint8Array)[] => {
    if (code <= 11 || code === 92 || code === 93) return [memory()];
    if (code === 12) return [random.bytes(16)];
    if (code === 13) return Array.from({ length: 16 }, () => lane(32));
    if (code >= 21 && code <= 34)
      return [lane(code <= 23 ? 16 : code <= 26 ? 8 : code <= 28 || code === 31 || code === 32 ? 4 : 2)];
    if (code >= 84 && code <= 91) return [memory(), lane([16, 8, 4, 2][(code - 84) % 4] ?? 2)];
    return [];
  };
  return [leb(code, random.oneIn(20) ? random.below(3) : 0), ...after()];
}

function memoryArgument(random: Random, shape: Shape): Uint8Array {
  const align = random.oneIn(20) ? random.below(80) : random.below(3);
  const memory = random.below(shape.memories.length);
  const offset = leb(random.oneIn(4) ? interesting(random) : random.below(100), random.oneIn(20) ? random.below(6) : 0);
  return memory === 0 && !random.oneIn(20) ? joined(leb(align), offset) : joined(leb(align | 0x40), leb(memory), offset);
}

function signedLeb(random: Random): Uint8Array {
  const bytes = Array.from({ length: random.size(5) }, () => 0x80 | random.below(128));
  return Uint8Array.from([...bytes, random.oneIn(3) ? random.pick([0, 0x7f]) : random.below(bytes.length < 4 ? 128 : 8)]);
}

const vector = (bytes: Uint8Array): Uint8Array => joined(leb(bytes.length), bytes);
const name = (text: string): Uint8Array => vector(new TextEncoder().encode(text));
