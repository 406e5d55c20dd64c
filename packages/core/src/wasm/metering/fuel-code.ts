import type { AddedGlobals } from "./globals.ts";
import { Code, instruction } from "./instructions.ts";
import type { Writer } from "./writer.ts";

/**
 * The instructions that keep the counter: in a local of the function while it runs, in the global whenever something else may look (spec 10.2).
 * None of them needs anything of the operand stack, or leaves anything on it.
 */
export class FuelCode {
  readonly #out: Writer;
  readonly #globals: AddedGlobals;
  readonly #load: readonly number[];
  readonly #store: readonly number[];
  #get: readonly number[] = [];
  #set: readonly number[] = [];
  #test: readonly number[] = [];

  constructor(out: Writer, globals: AddedGlobals) {
    this.#out = out;
    this.#globals = globals;
    const fuel = globals.get("fuel", "i64");
    this.#load = instruction(Code.globalGet, fuel);
    this.#store = instruction(Code.globalSet, fuel);
  }

  /**
   * For the function that follows: the local that it has for the counter. Where it has no room for one a global stands in, one for all such
   * functions: whoever calls loads the counter again when it comes back.
   */
  begin(local: number | undefined): void {
    const stand = local ?? this.#globals.get("counter", "i64");
    this.#get = instruction(local === undefined ? Code.globalGet : Code.localGet, stand);
    this.#set = instruction(local === undefined ? Code.globalSet : Code.localSet, stand);
    this.#test = [...this.#get, ...IF_NOT_NEGATIVE, ...this.#get, ...this.#store, Code.unreachable, Code.end];
  }

  /** At the function's entry, which costs a unit itself. */
  enter(): void {
    this.#out.all(this.#load);
    this.#out.all(PLUS_ONE);
    this.#out.all(this.#set);
    this.test();
  }

  /** Units are consumed. */
  add(units: number): void {
    if (units === 0) return;
    this.#sum(units);
    this.#out.all(this.#set);
  }

  /** The same, and the global is to know it; the local is not used before it is loaded again. */
  save(units: number): void {
    if (units === 0) this.#out.all(this.#get);
    else this.#sum(units);
    this.#out.all(this.#store);
  }

  reload(): void {
    this.#out.all(this.#load);
    this.#out.all(this.#set);
  }

  /** Out of fuel: a trap, which nothing in the module can catch. */
  test(): void {
    this.#out.all(this.#test);
  }

  /** As many units as a global holds: of 32 bits, not negative, or of 64. */
  addGlobal(index: number, wide: boolean): void {
    this.#out.all(this.#get);
    this.#out.all(instruction(Code.globalGet, index));
    if (!wide) this.#out.byte(Code.i64ExtendI32U);
    this.#out.byte(Code.i64Add);
    this.#out.all(this.#set);
  }

  #sum(units: number): void {
    const out = this.#out;
    out.all(this.#get);
    out.byte(Code.i64Const);
    out.positive(units);
    out.byte(Code.i64Add);
  }
}

const PLUS_ONE = [Code.i64Const, 1, Code.i64Add];
const IF_NOT_NEGATIVE = [Code.i64Const, 0, Code.i64GeS, Code.if, Code.empty];
