/** What metering takes and gives. */

/** `flat`: exactly wasmtime 44. `per_byte`: each byte or element that a bulk operation moves costs a unit more (spec 10.2). */
export type FuelMode = "flat" | "per_byte";

/** What a module's memories, and its tables, may have together. */
export interface Caps {
  readonly memoryBytes: number;
  readonly tableElements: number;
}

export interface MeteringOptions {
  readonly mode: FuelMode;
  readonly caps: Caps;
}

/** Exports that metering adds. A module that has one of them itself is refused. */
export const RESERVED_EXPORTS = { fuel: "palyra:fuel", refused: "palyra:refused", start: "palyra:start" } as const;
/** The same, before the index of each memory that the module does not export itself: what it has used is asked for by name. */
export const RESERVED_MEMORY = "palyra:memory:";

export interface Metered {
  readonly ok: true;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Name of the exported mutable i64: what is consumed less the budget. 0 at first, so that nothing runs unfuelled; below 0 there is fuel left. */
  readonly fuel: string;
  /** Name of the exported mutable i32 in which a bit is set once a cap refused a `memory.grow` (1) or a `table.grow` (2). */
  readonly refused: string;
  /** Names under which the memories are exported, by their indices. */
  readonly memories: readonly string[];
  /** Name under which the former start function is exported; absent where there was none. */
  readonly start?: string;
}

/** Why a module cannot be metered. */
export type MeteringRefusal =
  /** What the module starts with is more than the cap. Bytes, or elements. */
  | { readonly code: "MemoryOverCap" | "TablesOverCap"; readonly needs: bigint; readonly cap: bigint }
  /** It has an export of a name that metering needs. */
  | { readonly code: "ReservedExport"; readonly name: string }
  /** It has as many of something as an engine takes (spec 4.5), and metering adds one. */
  | { readonly code: "NoRoom"; readonly what: string; readonly limit: number }
  /** It is none that `readModule` accepts and an engine validates. */
  | { readonly code: "Malformed"; readonly problem: string; readonly offset: number };

export interface MeteringRefused {
  readonly ok: false;
  readonly refusal: MeteringRefusal;
}

/** Thrown inside this folder alone: `meter` turns it into its answer. */
export class Refused extends Error {
  readonly refusal: MeteringRefusal;

  constructor(refusal: MeteringRefusal) {
    super(refusal.code);
    this.refusal = refusal;
  }
}
