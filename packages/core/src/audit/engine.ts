import type { Feature } from "../wasm/index.ts";

/** A feature as a person knows it, and the first Node whose engine has it, where Node 20 does not (spec 4.5). */
const FEATURES: { readonly [Name in Feature]: { readonly called: string; readonly node?: number } } = {
  mutable_globals: { called: "mutable globals" },
  sign_extension: { called: "sign extension" },
  saturating_conversions: { called: "saturating conversions" },
  multi_value: { called: "multi-value" },
  bulk_memory: { called: "bulk memory" },
  reference_tables: { called: "tables of funcref" },
  simd: { called: "SIMD" },
  relaxed_simd: { called: "relaxed SIMD", node: 22 },
  tail_calls: { called: "tail calls" },
  several_memories: { called: "several memories", node: 22 },
  memory64: { called: "64-bit memories", node: 22 },
  table64: { called: "64-bit tables", node: 24 },
  extended_constants: { called: "extended constant expressions", node: 22 },
};

/** The oldest Node that this system runs on. */
const OLDEST_NODE = 20;

export const featureNames = (features: readonly Feature[]): string =>
  features.map((feature) => FEATURES[feature].called).join(", ");

/** `Node 24`: the first whose engine has all of these. */
export const sinceNode = (features: readonly Feature[]): string =>
  `Node ${Math.max(OLDEST_NODE, ...features.map((feature) => FEATURES[feature].node ?? OLDEST_NODE))}`;
