/** What an engine says of a trap, as codes: its words differ from version to version. */
import { failed, type Outcome } from "./ended.ts";

const TRAPS: readonly (readonly [RegExp, string])[] = [
  [/^unreachable/, "unreachable"],
  [/segment .* out of bounds|data segment|element segment/, "segment_out_of_bounds"],
  [/memory access out of bounds/, "memory_out_of_bounds"],
  [/table (index|access|or array).* out of bounds|table index is out of bounds/, "table_out_of_bounds"],
  [/divide by zero|remainder by zero/, "divide_by_zero"],
  [/divide result unrepresentable/, "integer_overflow"],
  [/float unrepresentable/, "invalid_conversion"],
  [/null function|signature mismatch/, "indirect_call"],
  [/dereferencing a null/, "null_reference"],
];

/** A trap, or the end of the stack; undefined for any other error, which is a fault of this program. */
export function trapOf(error: unknown): Outcome | undefined {
  if (error instanceof RangeError && /call stack/.test(error.message))
    return failed("trap", { trap: "stack_exhausted", ...placeOf(error) });
  // Of the process, not of the module's quota: it asked for no more than it may have.
  if (error instanceof RangeError && /out of memory|allocation failed/i.test(error.message)) return failed("out_of_memory");
  if (!(error instanceof WebAssembly.RuntimeError)) return undefined;
  const trap = TRAPS.find(([words]) => words.test(error.message))?.[1] ?? "other";
  return failed("trap", { trap, ...placeOf(error) });
}

/** The function in which it happened, by its index: metering moves none. */
function placeOf({ stack = "" }: Error): { readonly function?: number } {
  const index = /wasm-function\[(\d+)\]/.exec(stack)?.[1];
  return index === undefined ? {} : { function: Number(index) };
}
