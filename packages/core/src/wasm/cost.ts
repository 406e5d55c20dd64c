/**
 * What a module costs an engine to compile (spec 4.4 `wasm_compile_cost`, T24), in two sums, each with its bounds.
 *
 * The cost is the formula of spec 4.4, to the unit. With `values` = locals + parameters + results of the function:
 *
 *     block loop if else end br br_if br_table return             values
 *     call call_indirect return_call return_call_indirect         values
 *     block loop if, with a type                                  + the parameters and results of the type
 *     call and the like                                           + the parameters and results of the callee
 *
 * The burden is what that formula leaves out, and what holds a compiler as long. With `stack` = values on the operand stack:
 *
 *     each operator above                                         stack
 *     memory.grow memory.init memory.copy memory.fill             values + stack
 *     table.get table.set table.grow table.init .copy .fill ref.func   values + stack
 *     local.set local.tee                                         (values + stack) / 16
 *     call and the like                                           + r * r / 4, for the r results of the callee
 *     br br_if br_table                                           + what the target takes, for each target of a table
 *     br_table                                                    + the number of blocks that are open
 *     loop                                                        + 2 for each loop that is open around it, + its bytes / 16
 *     each function                                               its loops * its bytes / 256
 *     block loop if, deeper than 2^14 blocks                      + 64
 *     a module's types                                            t * (v + 8 t) / 16, for t types of v values in all
 *
 * Why so: a one-pass compiler keeps a record of where each local and each stack slot is, and copies, merges or walks the
 * whole of it at every such operator: the table, memory and `ref.func` ones are calls to the runtime in it. The stack counts
 * as the locals do: 160 KB without a local, 20 000 values under 20 000 `if`s, compile for 50 s. Setting a local binds a
 * register that has to be looked for when it is wanted (1 to 2 ns a value, where an operator of the first group takes 10 to
 * 60 ns). Results of a call beyond the registers are moved one by one through all of them. An engine's validation makes a
 * table of the open blocks at each `br_table`: 550 KB, 50 000 deep, are validated for 16 s. An optimising compiler looks at all of a
 * loop's code once for each loop around it (4 000 loops in each other: 0.8 s, 8 000: 3.4 s), and has for each node a bit for each loop of
 * the function (80 000 loops side by side: 2.6 GB). An open block takes 250 bytes while its function is validated (2.5
 * million: 0.65 GB) and 1 000 while it is compiled. Node 20 compares each new type with all that it has seen, value by value: 20 000 types of
 * ten parameters take 2.8 s, 1 000 types of 1 000 parameters that differ in the last ones take 1.2 s.
 *
 * Each sum of a module is that of its functions, a function's burden rounded up. Real modules (Go, Rust, Emscripten, 0.7 to 14 MB) cost at
 * most 2^20.1 a function and 2^23.1 in all; their burden at most 2^18.2 and 2^20.4. Hostile functions that reach both bounds at
 * once compile in 0.3 to 3.5 s of processor time on Node 20; what is below them (calls and runtime calls without end) takes as long as
 * its bytes: 0.7 s a megabyte.
 *
 * At the bounds of the burden: 2 700 loops in each other 0.4 s, 26 700 side by side 0.8 s and 350 MB, 147 000 blocks in each other 0.3 s
 * and 270 MB, types 0.4 to 0.8 s on Node 20 (Node 22 and 24 take 20 ms).
 *
 * All numbers are doubles and saturate at 2^53 - 1.
 */

/** Spec 4.4. Units of cost that one function may have. */
export const COMPILE_COST_FUNCTION = 2 ** 23;
/** Spec 4.4. Units of cost that all functions of a module together may have. */
export const COMPILE_COST_MODULE = 2 ** 25;
/** Units of burden that one function may have. */
export const COMPILE_BURDEN_FUNCTION = 2 ** 23;
/** Units of burden that all functions of a module together may have. */
export const COMPILE_BURDEN_MODULE = 2 ** 25;

/** A local that is set is this part of the burden of a call to the runtime. */
export const LOCAL_SET_SHARE = 1 / 16;

/** A byte of a loop is this part of a unit. */
export const LOOP_BYTE_SHARE = 1 / 16;
/** What a loop adds for each that is open around it. */
export const LOOP_IN_LOOP = 2;
/** The product of a function's loops and its bytes counts for this part. */
export const LOOPS_BYTES_SHARE = 1 / 256;
/** Blocks that may be open at once before each further one is a burden of its own, and how much. */
export const FREE_DEPTH = 2 ** 14;
export const DEEP_BLOCK = 64;

/** What so many types, of so many parameters and results in all, are as a burden: a whole number. */
export const typesBurden = (types: number, values: number): number => Math.floor((types * (values + 8 * types)) / 16);

/** What the results of a call are as a burden. */
export const resultsBurden = (results: number): number => (results * results) / 4;

/** One of the two sums over a module: in all, and of the function that has most of it. */
export class CompileSum {
  module = 0;
  worstFunction = 0;
  worstFunctionIndex = 0;
  worstFunctionOffset = 0;

  /** Adds what no function has. */
  addToModule(amount: number): void {
    this.module = Math.min(this.module + amount, Number.MAX_SAFE_INTEGER);
  }

  /** Adds that of a function, whose body's entry is at the offset; never beyond what a double counts exactly. */
  add(ofFunction: number, index: number, offset: number): void {
    this.addToModule(ofFunction);
    if (ofFunction <= this.worstFunction) return;
    this.worstFunction = Math.min(ofFunction, Number.MAX_SAFE_INTEGER);
    this.worstFunctionIndex = index;
    this.worstFunctionOffset = offset;
  }
}
