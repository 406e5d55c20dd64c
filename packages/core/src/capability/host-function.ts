import type { FunctionType, ValueType } from "../wasm/index.ts";

/** Spec 4.6: the classes of the one table by which the audit judges imports and the runtime grants them. */
export const IMPORT_CLASSES = [
  "basic",
  "filesystem",
  "filesystem_write",
  "http",
  "secrets",
  "storage",
  "handles",
  "network",
  "process",
  "not_provided",
] as const;
export type ImportClass = (typeof IMPORT_CLASSES)[number];

/** What the manifest must declare for an import; `never` where nothing helps. */
export type ImportNeed = "nothing" | "root" | "write_root" | "egress_host" | "secret" | "never";

/** One function that an import can name: what it must be, and what it takes to get it. */
export interface HostFunction {
  readonly type: FunctionType;
  readonly class: ImportClass;
  readonly needs: ImportNeed;
}

const VALUES: { readonly [letter: string]: ValueType } = { i: "i32", I: "i64" };
const values = (letters: string): readonly ValueType[] => Array.from(letters, (letter) => VALUES[letter] ?? "v128");

/** A type by letters, `i` for i32 and `I` for i64: `functionType("iIi", "i")`. */
const functionType = (params: string, results: string): FunctionType => ({
  params: values(params),
  results: values(results),
});

/** Functions of one class, each by the letters of its parameters. */
export function hostFunctions(
  ofClass: ImportClass,
  needs: ImportNeed,
  results: string,
  functions: { readonly [name: string]: string },
): [string, HostFunction][] {
  return Object.entries(functions).map(([name, params]) => [
    name,
    { type: functionType(params, results), class: ofClass, needs },
  ]);
}
