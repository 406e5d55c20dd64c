/**
 * What a module costs an engine to compile (spec 4.4 `wasm_compile_cost`, T24). For each function the sum over its operators
 *
 *     block loop if else end br br_if br_table return            values
 *     call call_indirect return_call return_call_indirect         values
 *     memory.grow memory.init memory.copy memory.fill             values
 *     table.get table.set table.grow table.init .copy .fill ref.func   values
 *     local.set local.tee                                         values / 16
 *     block loop if, with a type                                  + the parameters and results of the type
 *     call and the like                                           + the parameters p and results r of the callee + r * r / 4
 *     br br_if br_table                                           + what the target takes, for each target of a table
 *     br_table                                                    + the number of blocks that are open
 *
 * where `values` = locals + parameters + results of the function + values on the operand stack at that place. A module
 * costs the sum of its functions.
 *
 * Why so: a one-pass compiler keeps a record of where each local and each stack slot is, and copies, merges or walks the
 * whole of it at every such operator: the table, memory and `ref.func` ones are calls to the runtime in it. The stack counts
 * as the locals do: 160 KB without a local, 20 000 values under 20 000 `if`s, compile for 50 s. Setting a local binds a
 * register that has to be looked for when it is wanted (1 to 2 ns a value, where an operator of the first group takes 10 to
 * 60 ns). Results of a call beyond the registers are moved one by one through all of them. An engine's validation makes a
 * table of the open blocks at each `br_table`: 550 KB, 50 000 deep, are validated for 16 s.
 *
 * The first two lines and those of types are the formula of spec 4.4; the others only add. On real modules (Go, Rust, Emscripten, 0.7
 * to 14 MB) they add 6 %: at most 2^20.2 a function and 2^23.2 a module. Hostile ones of some ninety shapes, each as large as the bound of
 * a function lets it be, compile in less than 2 s on a busy machine, but for calls without end, whose time is linear in the bytes.
 *
 * All numbers are doubles and saturate at 2^53 - 1.
 */

/** Spec 4.4. Units of cost that one function may have. */
export const COMPILE_COST_FUNCTION = 2 ** 23;
/** Spec 4.4. Units of cost that all functions of a module together may have. */
export const COMPILE_COST_MODULE = 2 ** 25;

/** A local that is set costs this part of a control operator. */
export const LOCAL_SET_SHARE = 1 / 16;

/** What a call of a type costs beside `values`. */
export const callCost = (params: number, results: number): number => params + results + (results * results) / 4;

/** Adds costs; never beyond what a double counts exactly. */
export const addCost = (sum: number, cost: number): number => Math.min(sum + cost, Number.MAX_SAFE_INTEGER);
