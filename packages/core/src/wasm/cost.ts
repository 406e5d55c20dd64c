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
 *
 * Why so: a one-pass compiler keeps a record of where each local and each stack slot is, and copies, merges or walks the
 * whole of it at every such operator: the table, memory and `ref.func` ones are calls to the runtime in it. The stack counts
 * as the locals do: 160 KB without a local, 20 000 values under 20 000 `if`s, compile for 50 s. Setting a local binds a
 * register that has to be looked for when it is wanted (1 to 2 ns a value, where an operator of the first group takes 10 to
 * 60 ns). Results of a call beyond the registers are moved one by one through all of them. An engine's validation makes a
 * table of the open blocks at each `br_table`: 550 KB, 50 000 deep, are validated for 16 s.
 *
 * Each sum of a module is that of its functions, a function's burden rounded up. Real modules (Go, Rust, Emscripten, 0.7 to 14 MB) cost at
 * most 2^20.1 a function and 2^23.1 in all; their burden is a tenth of that: 2^16 and 2^19.6. Hostile functions that reach both bounds at
 * once compile in 0.3 to 3.5 s of processor time on Node 20; what is below them (calls and runtime calls without end) takes as long as
 * its bytes: 0.7 s a megabyte.
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

/** What the results of a call are as a burden. */
export const resultsBurden = (results: number): number => (results * results) / 4;

/** One of the two sums over a module: in all, and of the function that has most of it. */
export class CompileSum {
  module = 0;
  worstFunction = 0;
  worstFunctionIndex = 0;
  worstFunctionOffset = 0;

  /** Adds that of a function, whose body's entry is at the offset; never beyond what a double counts exactly. */
  add(ofFunction: number, index: number, offset: number): void {
    this.module = Math.min(this.module + ofFunction, Number.MAX_SAFE_INTEGER);
    if (ofFunction <= this.worstFunction) return;
    this.worstFunction = Math.min(ofFunction, Number.MAX_SAFE_INTEGER);
    this.worstFunctionIndex = index;
    this.worstFunctionOffset = offset;
  }
}
