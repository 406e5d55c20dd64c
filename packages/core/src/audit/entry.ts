import type { Manifest, Tool } from "../manifest/index.ts";
import type { FunctionType, ModuleFacts } from "../wasm/index.ts";

/**
 * The path of the module whose function a tool runs (spec 10.4): the one that the manifest names, else the only one, else
 * the one named like the tool. Whether the artifact has it is the caller's to see.
 */
export function moduleOfTool(tool: Tool, manifest: Manifest, modulePaths: readonly string[]): string {
  const [only, ...others] = modulePaths;
  const declared = manifest.operator.plugin.default_module_path;
  if (declared !== undefined) return declared;
  if (only !== undefined && others.length === 0) return only;
  return `modules/${tool.id.slice(tool.id.lastIndexOf(".") + 1)}.wasm`;
}

/** What the runtime calls in that module: a WASI command's `_start`, or Palyra's entry point (spec 10.4). */
export interface EntryFunction {
  readonly name: string;
  readonly type: FunctionType;
}

const START: EntryFunction = { name: "_start", type: { params: [], results: [] } };
export const DEFAULT_ENTRYPOINT = "run";

/** The function that is run, whether or not the module exports it. A `_start` that is no function is none. */
export function entryOfModule(facts: ModuleFacts, manifest: Manifest): EntryFunction {
  if (facts.exports.some(({ name, kind }) => kind === "function" && name === START.name)) return START;
  const name = manifest.operator.plugin.default_entrypoint ?? DEFAULT_ENTRYPOINT;
  return { name, type: { params: [], results: ["i32"] } };
}

/** `(i32, i64) -> (i32)`. */
export const typeText = ({ params, results }: FunctionType): string => `(${params.join(", ")}) -> (${results.join(", ")})`;

export const sameType = (a: FunctionType, b: FunctionType): boolean => typeText(a) === typeText(b);
