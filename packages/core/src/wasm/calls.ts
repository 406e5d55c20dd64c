import type { FunctionTypes } from "./types.ts";

/** Edges of a chunk: what has been noted is never copied to make room. */
const CHUNK = 2 ** 16;
/** Marks an edge that is a call through a table; the rest of it is the type's index. */
const INDIRECT = 0x8000_0000;
/** No function. */
const NOBODY = 0xffff_ffff;

/** Functions that a walk over calls has come to. */
export interface Reached {
  has(functionIndex: number): boolean;
  /** From a root to the function, both included; at most the last `limit` of them. Empty where it was not reached. */
  path(functionIndex: number, limit: number): number[];
}

/**
 * Who can call whom, noted while bodies are walked (spec 4.4): each function's distinct callees, and the types that it calls through
 * tables. A call through a table may reach every function of that type which something puts into a table or takes a reference to,
 * whichever table: what is said to be out of reach is. Arrays of numbers alone, at most four bytes for two of the module.
 */
export class CallGraph {
  readonly #chunks: Uint32Array[] = [];
  #chunk = new Uint32Array(0);
  #edges = 0;
  /** Of each defined function: where its edges begin, and where its body lies in the module. */
  #starts = new Uint32Array(1);
  #bodies = new Uint32Array(0);
  #entered = 0;
  #imported = 0;
  /** The last function, counted from 1, that called each function or type. */
  #callers = new Uint32Array(0);
  #typeCallers = new Uint32Array(0);
  /** Functions that a table may hold. */
  #taken = new Uint8Array(0);

  /** A reference to the function is made: by an element segment, a global or `ref.func`. */
  take(functionIndex: number, functions: number): void {
    if (this.#taken.length < functions) {
      const taken = new Uint8Array(functions);
      taken.set(this.#taken);
      this.#taken = taken;
    }
    this.#taken[functionIndex] = 1;
  }

  isTaken(functionIndex: number): boolean {
    return this.#taken[functionIndex] === 1;
  }

  /** Bodies follow: so many, behind so many imported functions. */
  begin(imported: number, defined: number, types: number): void {
    this.#imported = imported;
    this.#starts = new Uint32Array(defined + 1);
    this.#bodies = new Uint32Array(defined);
    this.#callers = new Uint32Array(imported + defined);
    this.#typeCallers = new Uint32Array(types);
  }

  /** The body at that offset follows, of the next function. */
  enter(offset: number): void {
    this.#starts[this.#entered] = this.#edges;
    this.#bodies[this.#entered] = offset;
    this.#entered += 1;
  }

  call(functionIndex: number): void {
    if (this.#callers[functionIndex] === this.#entered) return;
    this.#callers[functionIndex] = this.#entered;
    this.#note(functionIndex);
  }

  callThroughTable(type: number): void {
    if (this.#typeCallers[type] === this.#entered) return;
    this.#typeCallers[type] = this.#entered;
    this.#note(type + INDIRECT);
  }

  /** Where the function's entry in the code section begins; undefined for an imported one. */
  bodyOffset(functionIndex: number): number | undefined {
    return functionIndex < this.#imported ? undefined : this.#bodies[functionIndex - this.#imported];
  }

  /** Whether anything calls the function by its index. */
  isCalled(functionIndex: number): boolean {
    return (this.#callers[functionIndex] ?? 0) > 0;
  }

  /**
   * What can be called from the roots, as far as it takes to know it of every imported function. `functions`: the type of each function. Time is
   * linear in the module.
   */
  reach(roots: readonly number[], functions: Uint32Array, types: FunctionTypes): Reached {
    const callers = new Uint32Array(functions.length).fill(NOBODY);
    const seen = new Uint8Array(functions.length);
    const queue = new Uint32Array(functions.length);
    let queued = 0;
    let wanted = this.#imported;
    this.#starts[this.#entered] = this.#edges;
    const visit = (callee: number, caller: number): void => {
      if (seen[callee] !== 0) return;
      seen[callee] = 1;
      callers[callee] = caller;
      queue[queued++] = callee;
      if (callee < this.#imported) wanted -= 1;
    };
    for (const root of roots) visit(root, NOBODY);
    const tables = new TableTargets(this.#taken, functions, types);
    for (let next = 0; next < queued && wanted > 0; next++) {
      const caller = queue[next] ?? 0;
      const from = this.#starts[caller - this.#imported] ?? 0;
      const end = caller < this.#imported ? from : (this.#starts[caller - this.#imported + 1] ?? from);
      for (let edge = from; edge < end; edge++) {
        const callee = this.#chunks[edge >>> 16]?.[edge & (CHUNK - 1)] ?? 0;
        if (callee < INDIRECT) visit(callee, caller);
        else tables.each(callee - INDIRECT, (target) => visit(target, caller));
      }
    }
    return { has: (functionIndex) => seen[functionIndex] === 1, path };

    function path(functionIndex: number, limit: number): number[] {
      if (seen[functionIndex] !== 1) return [];
      const steps: number[] = [];
      for (let at = functionIndex; at !== NOBODY && steps.length < limit; at = callers[at] ?? NOBODY) steps.push(at);
      return steps.reverse();
    }
  }

  #note(edge: number): void {
    const within = this.#edges & (CHUNK - 1);
    if (within === 0) {
      this.#chunk = new Uint32Array(CHUNK);
      this.#chunks.push(this.#chunk);
    }
    this.#chunk[within] = edge;
    this.#edges += 1;
  }
}

/**
 * Functions that tables may hold, by their types. Types are told apart by a hash of 32 bits: two that share one are taken for one type, which
 * reaches more and never less. Made when first asked for, and each type is asked for once.
 */
class TableTargets {
  readonly #taken: Uint8Array;
  readonly #functions: Uint32Array;
  readonly #types: FunctionTypes;
  /** Of each type, taken once: a type can be long, and of a million functions. */
  #hashOfType = new Uint32Array(0);
  /** Hashes in order, each once or more; of each the functions, from its start on. */
  #hashes: Uint32Array | undefined;
  #starts = new Uint32Array(0);
  #targets = new Uint32Array(0);
  #asked = new Uint8Array(0);

  constructor(taken: Uint8Array, functions: Uint32Array, types: FunctionTypes) {
    this.#taken = taken;
    this.#functions = functions;
    this.#types = types;
  }

  each(type: number, visit: (functionIndex: number) => void): void {
    this.#hashes ??= this.#group();
    const place = placeOf(this.#hashOfType[type] ?? 0, this.#hashes);
    if (place < 0 || this.#asked[place] === 1) return;
    this.#asked[place] = 1;
    const end = this.#starts[place + 1] ?? 0;
    for (let at = this.#starts[place] ?? 0; at < end; at++) visit(this.#targets[at] ?? 0);
  }

  #group(): Uint32Array {
    const [taken, functions, types] = [this.#taken, this.#functions, this.#types];
    const hashOfType = Uint32Array.from({ length: types.count }, (_, type) => types.hash(type));
    this.#hashOfType = hashOfType;
    const hashOf = (index: number): number => hashOfType[functions[index] ?? 0] ?? 0;
    let count = 0;
    for (let index = 0; index < taken.length; index++) count += taken[index] ?? 0;
    const hashes = new Uint32Array(count);
    for (let index = 0, at = 0; index < taken.length; index++) if (taken[index] === 1) hashes[at++] = hashOf(index);
    hashes.sort();
    this.#starts = new Uint32Array(count + 1);
    this.#targets = new Uint32Array(count);
    this.#asked = new Uint8Array(count);
    // The first place of each hash stands for it: count, sum up, then fill from the ends.
    for (let index = 0; index < taken.length; index++) {
      if (taken[index] !== 1) continue;
      const place = placeOf(hashOf(index), hashes) + 1;
      this.#starts[place] = (this.#starts[place] ?? 0) + 1;
    }
    for (let place = 1; place <= count; place++)
      this.#starts[place] = (this.#starts[place] ?? 0) + (this.#starts[place - 1] ?? 0);
    const filled = this.#starts.slice();
    for (let index = 0; index < taken.length; index++) {
      if (taken[index] !== 1) continue;
      const place = placeOf(hashOf(index), hashes);
      const at = filled[place] ?? 0;
      this.#targets[at] = index;
      filled[place] = at + 1;
    }
    return hashes;
  }
}

/** The first place of a number in an array that is in order; -1 where it is not. */
function placeOf(wanted: number, sorted: Uint32Array): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) < wanted) low = middle + 1;
    else high = middle;
  }
  return sorted[low] === wanted ? low : -1;
}
