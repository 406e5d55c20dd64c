/**
 * What one visitor pass over a module finds out (spec 4.4, 4.5): every section's structure and every instruction is
 * walked, nothing is compiled. Types inside bodies are the engine's business (`Platform.validateModule`).
 */
export type ModuleReading =
  | {
      readonly ok: true;
      readonly facts: ModuleFacts;
      /** Keeps the call graph: what is to be known of it is asked for, and this dropped. */
      readonly calls: ModuleCalls;
    }
  /** Not a module that is accepted here. `feature` names what of the refused list it uses (spec 4.5), where that is the reason. */
  | { readonly ok: false; readonly problem: string; readonly offset: number; readonly feature?: string };

export type ValueType = "i32" | "i64" | "f32" | "f64" | "v128" | "funcref";
export interface FunctionType {
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
}
export interface Limits {
  /** Pages or elements. */
  readonly min: bigint;
  readonly max?: bigint;
  /** 64-bit index type. */
  readonly wide: boolean;
}
export type ExternalKind = "function" | "table" | "memory" | "global";

export interface ImportFact {
  readonly module: string;
  readonly name: string;
  readonly kind: ExternalKind;
  /** For functions. */
  readonly type?: FunctionType;
  /** Byte offset of the import in the module. */
  readonly offset: number;
}
export interface ExportFact {
  readonly name: string;
  readonly kind: ExternalKind;
  readonly index: number;
  readonly type?: FunctionType;
  readonly offset: number;
}
export interface LimitFact extends Limits {
  readonly imported: boolean;
  readonly offset: number;
}

/** Imported functions that can be called, by their positions in `ModuleFacts.imports`. */
export interface ImportReach {
  readonly imports: ReadonlySet<number>;
  /** Of the first 1 000 of them: the functions from a root to it, itself the last; where there are more than eight, the last eight. */
  readonly paths: ReadonlyMap<number, readonly number[]>;
}

/** What can be asked of a module about who can call whom. */
export interface ModuleCalls {
  /** Imports that can be called at all: from any export, the start function, or through a table that others can call through. */
  fromExports(): ImportReach;
  /** Imports that can be called once the module is started and that function is called. */
  fromFunction(functionIndex: number): ImportReach;
}

/** A segment that starts at a constant place and does not fit into what it is copied to: the module can never be started. */
export interface MisfitSegment {
  readonly kind: "data" | "elements";
  /** Of the segment in the module. */
  readonly offset: number;
  /** Bytes or elements that would be needed, and that are there at first. */
  readonly needs: number;
  readonly has: number;
}

/** Bytes from the start of the module. */
export interface ByteRange {
  readonly offset: number;
  readonly size: number;
}

/** What a toolchain left behind for people and debuggers; nothing of it is needed to run. */
export interface DebugFacts {
  /** The `name` section. */
  readonly names?: ByteRange;
  /** `.debug_*` sections: where the first is, and the bytes of all. */
  readonly dwarf?: ByteRange;
  /** `sourceMappingURL` and `external_debug_info`: where what is left out here is to be found. */
  readonly links: readonly { readonly section: string; readonly url: string; readonly offset: number }[];
}

/** Features of the accepted list that a module can use and an engine can lack (spec 4.5). */
export type Feature =
  | "mutable_globals"
  | "sign_extension"
  | "saturating_conversions"
  | "multi_value"
  | "bulk_memory"
  | "reference_tables"
  | "simd"
  | "relaxed_simd"
  | "tail_calls"
  | "several_memories"
  | "memory64"
  | "table64"
  | "extended_constants";

/** Units of compiling, whole numbers. Each saturates; none wraps. */
export interface CompileCost {
  /** Of all functions. */
  readonly module: number;
  readonly worstFunction: number;
  readonly worstFunctionIndex: number;
  /** Of the entry in the code section. */
  readonly worstFunctionOffset: number;
}

export interface ModuleFacts {
  /** Bytes of the module. */
  readonly size: number;
  readonly imports: readonly ImportFact[];
  readonly exports: readonly ExportFact[];
  /** Distinct exports of kind function. */
  readonly exportedFunctions: number;
  /** Functions with a body here. */
  readonly definedFunctions: number;
  /** Types of functions, and the parameters and results of all. */
  readonly types: { readonly count: number; readonly values: number };
  /** Imported ones first, as in the index space. */
  readonly memories: readonly LimitFact[];
  readonly tables: readonly LimitFact[];
  /** Index of the start function, where there is one. */
  readonly start?: number;
  /** Each used feature, with the offset of its first use. */
  readonly features: ReadonlyMap<Feature, number>;
  /** Spec 4.4 `wasm_compile_cost`: the formula of the clause. */
  readonly cost: CompileCost;
  /** What else holds a compiler, which that formula leaves out (cost.ts). */
  readonly burden: CompileCost;
  /** Names of custom sections and the `producers` section's fields, each list in file order; at most the first 1 000 of each. */
  readonly customSections: readonly { readonly name: string; readonly offset: number; readonly size: number }[];
  readonly producers: readonly { readonly field: string; readonly name: string; readonly version: string }[];
  /** The contents of the code section. */
  readonly code?: ByteRange;
  /** The contents of each data segment, in file order. */
  readonly data: { readonly starts: Uint32Array; readonly ends: Uint32Array };
  readonly misfit?: MisfitSegment;
  /** Positions of imported functions that tables may hold and that nothing calls by name; at most 1 000. */
  readonly importsInTables: readonly number[];
  readonly debug: DebugFacts;
  /** The contents of `.dep-v0`, in which auditable builds of Rust list their dependencies: zlib of JSON. */
  readonly auditable?: ByteRange;
}
