/**
 * Random modules that are valid by how they are made: typed expressions over locals, globals, memory, a table and each other, with every kind of
 * block and branch, dead code, traps, bulk operations and tail calls. Every function and every loop counts down a global and leaves when it is
 * used up, so that each call ends.
 */
import { body, functionType, join, leb, list, moduleOf, section, text } from "../build.ts";

type Type = "i32" | "i64" | "f32" | "f64";
const TYPES: readonly Type[] = ["i32", "i64", "f32", "f64"];
const CODES = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c } as const;
const EMPTY = 0x40;

/** A whole number below another. */
export type Chance = (below: number) => number;

interface Signature {
  readonly params: readonly Type[];
  readonly result: Type | undefined;
}

/** What a branch to a block takes along. */
type Label = Type | undefined;

/** Globals: what is left of the steps, then one of each type. */
const STEPS = 0;
const DEPTH = 4;

class FunctionMaker {
  readonly #chance: Chance;
  readonly #all: readonly Signature[];
  readonly #own: Signature;
  readonly #locals: readonly Type[];
  #labels: Label[] = [];
  /** Instructions that may still be made. */
  #room = 120;

  constructor(chance: Chance, all: readonly Signature[], own: Signature, locals: readonly Type[]) {
    this.#chance = chance;
    this.#all = all;
    this.#own = own;
    this.#locals = [...own.params, ...locals];
  }

  make(): number[] {
    this.#labels = [this.#own.result];
    return [
      ...this.#step(),
      ...this.#statements(DEPTH),
      ...(this.#own.result === undefined ? [] : this.#value(this.#own.result, DEPTH)),
    ];
  }

  /** Counts down; at zero it ends by a trap. */
  #step(): number[] {
    return [0x23, STEPS, 0x45, 0x04, EMPTY, 0x00, 0x0b, 0x23, STEPS, 0x41, 1, 0x6b, 0x24, STEPS];
  }

  #statements(depth: number): number[] {
    const code: number[] = [];
    for (let count = this.#chance(4); count >= 0; count--) code.push(...this.#statement(depth));
    return code;
  }

  #within(label: Label, make: () => number[]): number[] {
    this.#labels.push(label);
    const code = make();
    this.#labels.pop();
    return code;
  }

  #statement(depth: number): number[] {
    this.#room -= 1;
    if (depth === 0 || this.#room < 0) return this.#chance(2) === 0 ? [0x01] : [...this.#value("i32", 0), 0x1a];
    const type = this.#type();
    const value = (of: Type): number[] => this.#value(of, depth - 1);
    switch (this.#chance(17)) {
      case 0:
        return this.#withLocal(
          type,
          (at) => [...value(type), 0x21, at],
          () => [...value(type), 0x1a],
        );
      case 1:
        return [...value(type), 0x24, 1 + TYPES.indexOf(type)];
      case 2:
        return this.#store(depth);
      case 3:
        return [0x02, EMPTY, ...this.#within(undefined, () => this.#statements(depth - 1)), 0x0b];
      case 4:
        return [0x03, EMPTY, ...this.#within(undefined, () => this.#loop(depth)), 0x0b];
      case 5:
        return [...value("i32"), 0x04, EMPTY, ...this.#within(undefined, () => this.#statements(depth - 1)), 0x0b];
      case 6: {
        const [then, otherwise] = [0, 1].map(() => this.#within(undefined, () => this.#statements(depth - 1)));
        return [...value("i32"), 0x04, EMPTY, ...(then ?? []), 0x05, ...(otherwise ?? []), 0x0b];
      }
      case 7:
        return this.#branchIf(depth);
      case 8:
        return this.#chance(3) === 0 ? this.#leave(depth) : this.#branchIf(depth);
      case 9:
        return this.#bulk(depth);
      case 10:
        return [...value(type), 0x1a];
      case 11:
        return this.#call(undefined, depth) ?? [0x01];
      case 12:
        return this.#branchTable(depth);
      case 13:
        return [...value("i32"), 0x40, 0x00, 0x1a];
      case 14:
        return [...this.#small(), 0xd0, 0x70, 0x26, 0x00];
      case 15:
        return [0xd0, 0x70, ...this.#small(), 0xfc, 0x0f, 0x00, 0x1a];
      default:
        return [0x3f, 0x00, 0x1a, 0xfc, 0x10, 0x00, 0x1a];
    }
  }

  #loop(depth: number): number[] {
    const again = this.#chance(3) === 0 ? [] : [...this.#value("i32", depth - 1), 0x0d, 0x00];
    return [...this.#step(), ...this.#statements(depth - 1), ...again];
  }

  /** A branch that is perhaps taken, to a block that wants nothing or what is there for it. */
  #branchIf(depth: number): number[] {
    const up = this.#chance(this.#labels.length);
    const label = this.#labels[this.#labels.length - 1 - up];
    const condition = this.#value("i32", depth - 1);
    return label === undefined ? [...condition, 0x0d, up] : [...this.#value(label, depth - 1), ...condition, 0x0d, up, 0x1a];
  }

  /** What follows cannot be reached. */
  #leave(depth: number): number[] {
    const up = this.#chance(this.#labels.length);
    const label = this.#labels[this.#labels.length - 1 - up];
    const { result } = this.#own;
    switch (this.#chance(5)) {
      case 0:
        return [0x00];
      case 1:
        return [...(result === undefined ? [] : this.#value(result, depth - 1)), 0x0f];
      case 2:
        return this.#tailCall(depth);
      case 3:
        // An access that lies beyond the memory, whatever its address.
        return [...this.#value("i32", 0), 0x28, 0x00, ...leb(3 * 65_536 - 3), 0x1a];
      default:
        return [...(label === undefined ? [] : this.#value(label, depth - 1)), 0x0c, up];
    }
  }

  #tailCall(depth: number): number[] {
    const fits = this.#all.flatMap(({ result }, index) => (result === this.#own.result ? [index] : []));
    const index = fits[this.#chance(fits.length)];
    if (index === undefined) return [0x00];
    return [...this.#args(index, depth), ...(this.#chance(2) === 0 ? [0x12, index] : [...this.#small(), 0x13, index, 0x00])];
  }

  #branchTable(depth: number): number[] {
    const inner = (): number[] => {
      const wanted = this.#labels.flatMap((label, at) => (label === undefined ? [this.#labels.length - 1 - at] : []));
      const pick = (): number => wanted[this.#chance(wanted.length)] ?? 0;
      return [...this.#value("i32", depth - 1), 0x0e, 2, pick(), pick(), pick()];
    };
    return [
      0x02,
      EMPTY,
      0x02,
      EMPTY,
      ...this.#within(undefined, () => this.#within(undefined, inner)),
      0x0b,
      ...this.#within(undefined, () => this.#statements(depth - 1)),
      0x0b,
    ];
  }

  #bulk(depth: number): number[] {
    const three = [...this.#small(), ...this.#small(), ...this.#small()];
    switch (this.#chance(7)) {
      case 0:
        return [...three, 0xfc, 0x0a, 0x00, 0x00];
      case 1:
        return [...three, 0xfc, 0x08, 0x00, 0x00];
      case 2:
        return [...three, 0xfc, 0x0e, 0x00, 0x00];
      case 3:
        return [...three, 0xfc, 0x0c, 0x00, 0x00];
      case 4:
        return [...this.#small(), 0xd0, 0x70, ...this.#small(), 0xfc, 0x11, 0x00];
      case 5:
        return this.#chance(4) === 0 ? [0xfc, 0x09, 0x00, 0xfc, 0x0d, 0x00] : [0x01];
      default:
        return [...this.#value("i32", depth - 1), ...this.#small(), ...this.#small(), 0xfc, 0x0b, 0x00];
    }
  }

  /** No floats: the bits of a NaN are the engine's own (SPEC.md 10.2). */
  #store(depth: number): number[] {
    const [type, op] = this.#chance(2) === 0 ? (["i32", 0x36] as const) : (["i64", 0x37] as const);
    return [...this.#small(), ...this.#value(type, depth - 1), op, 0x00, this.#chance(128)];
  }

  /** An address, an index or a length that mostly fits. */
  #small(): number[] {
    return this.#chance(12) === 0 ? this.#value("i32", 1) : [0x41, this.#chance(10)];
  }

  #type = (): Type => TYPES[this.#chance(4)] ?? "i32";

  #withLocal(type: Type, make: (at: number) => number[], otherwise: () => number[]): number[] {
    const fits = this.#locals.flatMap((each, at) => (each === type ? [at] : []));
    const at = fits[this.#chance(Math.max(fits.length, 1))];
    return at === undefined ? otherwise() : make(at);
  }

  #args = (index: number, depth: number): number[] =>
    (this.#all[index]?.params ?? []).flatMap((type) => this.#value(type, depth - 1));

  #call(result: Type | undefined, depth: number): number[] | undefined {
    const fits = this.#all.flatMap((each, index) => (each.result === result ? [index] : []));
    const index = fits[this.#chance(Math.max(fits.length, 1))];
    if (index === undefined) return undefined;
    return [...this.#args(index, depth), ...(this.#chance(3) > 0 ? [0x10, index] : [...this.#small(), 0x11, index, 0x00])];
  }

  #value(type: Type, depth: number): number[] {
    this.#room -= 1;
    if (depth <= 0 || this.#room < 0) return this.#leaf(type);
    const value = (of: Type): number[] => this.#value(of, depth - 1);
    switch (this.#chance(11)) {
      case 0:
        return this.#binary(type, depth);
      case 1:
        return [0x02, CODES[type], ...this.#within(type, () => [...this.#statements(depth - 1), ...value(type)]), 0x0b];
      case 2:
        return [0x03, CODES[type], ...this.#within(undefined, () => [...this.#loop(depth), ...value(type)]), 0x0b];
      case 3: {
        const [then, otherwise] = [0, 1].map(() => this.#within(type, () => [...this.#statements(depth - 2), ...value(type)]));
        return [...value("i32"), 0x04, CODES[type], ...(then ?? []), 0x05, ...(otherwise ?? []), 0x0b];
      }
      case 4:
        return this.#call(type, depth) ?? this.#leaf(type);
      case 5:
        return [...value(type), ...value(type), ...value("i32"), 0x1b];
      case 6:
        return [...this.#small(), { i32: 0x28, i64: 0x29, f32: 0x2a, f64: 0x2b }[type], 0x00, this.#chance(128)];
      case 7:
        return this.#withLocal(
          type,
          (at) => [...value(type), 0x22, at],
          () => this.#leaf(type),
        );
      case 8:
        return [...(this.#chance(6) === 0 ? this.#leave(depth) : []), ...this.#leaf(type)];
      case 9:
        return this.#convert(type, depth);
      default:
        return this.#binary(type, depth);
    }
  }

  #leaf(type: Type): number[] {
    const constant = {
      i32: [0x41, this.#chance(64)],
      i64: [0x42, this.#chance(64)],
      f32: [0x43, 0, 0, this.#chance(256), this.#chance(128)],
      f64: [0x44, 0, 0, 0, 0, 0, 0, this.#chance(256), this.#chance(128)],
    }[type];
    if (this.#chance(3) === 0) return [0x23, 1 + TYPES.indexOf(type)];
    return this.#withLocal(
      type,
      (at) => (this.#chance(2) === 0 ? [0x20, at] : constant),
      () => constant,
    );
  }

  #binary(type: Type, depth: number): number[] {
    const pick = (ops: readonly number[]): number => ops[this.#chance(ops.length)] ?? 0;
    const op = {
      i32: () => pick([0x6a, 0x6b, 0x6c, 0x6d, 0x70, 0x71, 0x72, 0x73, 0x74, 0x46, 0x4c, 0x77]),
      i64: () => pick([0x7c, 0x7d, 0x7e, 0x80, 0x81, 0x83, 0x84, 0x85, 0x86, 0x8a]),
      f32: () => pick([0x92, 0x93, 0x94, 0x95, 0x96, 0x97]),
      f64: () => pick([0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5]),
    }[type]();
    return [...this.#value(type, depth - 1), ...this.#value(type, depth - 1), op];
  }

  /** Never the bits of a float as an integer. */
  #convert(type: Type, depth: number): number[] {
    const from = {
      i32: [
        ["i64", 0xa7],
        ["f64", 0xaa],
        ["i64", 0x50],
      ],
      i64: [
        ["i32", 0xac],
        ["f32", 0xae],
      ],
      f32: [
        ["i32", 0xb2],
        ["f64", 0xb6],
      ],
      f64: [
        ["i64", 0xb9],
        ["f32", 0xbb],
      ],
    } as const;
    const [of, op] = from[type][this.#chance(from[type].length)] ?? ["i32", 0x01];
    return [...this.#value(of, depth - 1), op];
  }
}

export interface RandomModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Exported functions, by their parameters. */
  readonly functions: readonly { readonly name: string; readonly params: readonly Type[] }[];
}

/** A memory of 1 to 3 pages (export `memory`), a table of 5 to 20 functions, `steps` steps (export `steps`), and one global of each type (`g1` …). */
export function randomModule(chance: Chance, steps = 400): RandomModule {
  const types = (most: number): Type[] => Array.from({ length: chance(most + 1) }, () => TYPES[chance(4)] ?? "i32");
  const signatures = Array.from(
    { length: 2 + chance(4) },
    (): Signature => ({ params: types(3), result: chance(3) === 0 ? undefined : TYPES[chance(4)] }),
  );
  const codes = (of: readonly Type[]): number[] => of.map((type) => CODES[type]);
  const bodies = signatures.map((own) => {
    const locals = types(4);
    return body(
      new FunctionMaker(chance, signatures, own, locals).make(),
      locals.map((type) => [1, CODES[type]]),
    );
  });
  const zeros = { i32: [0x41, 0], i64: [0x42, 0], f32: [0x43, 0, 0, 0, 0], f64: [0x44, 0, 0, 0, 0, 0, 0, 0, 0] } as const;
  const names = signatures.map((_, index) => `f${index}`);
  const exports = [
    ...names.map((name, index) => join(text(name), [0, index])),
    join(text("memory"), [2, 0]),
    join(text("steps"), [3, STEPS]),
    ...TYPES.map((_, index) => join(text(`g${index + 1}`), [3, index + 1])),
  ];
  const bytes = moduleOf(
    section(
      1,
      list(...signatures.map(({ params, result }) => functionType(codes(params), result === undefined ? [] : [CODES[result]]))),
    ),
    section(3, list(...signatures.map((_, index) => [index]))),
    section(4, list([0x70, 1, 5, 20])),
    section(5, list([1, 1, 3])),
    section(6, list(join([0x7f, 1, 0x41], sleb(steps), [0x0b]), ...TYPES.map((type) => [CODES[type], 1, ...zeros[type], 0x0b]))),
    section(7, list(...exports)),
    section(9, list(join([0x00, 0x41, 0, 0x0b], list(...Array.from({ length: 5 }, () => [chance(signatures.length)]))))),
    section(12, [1]),
    section(10, list(...bodies)),
    section(11, list(join([0x00, 0x41, 8, 0x0b], text("some words to begin with")))),
  );
  return { bytes, functions: signatures.map(({ params }, index) => ({ name: names[index] ?? "", params })) };
}

const sleb = (value: number): number[] => [(value & 0x7f) | 0x80, value >> 7];
