import type { JsonObject } from "palyra-skills/encoding";
import type { Mismatch } from "../compare.ts";

/** Asks the implementation under test; the answer is any object. Rejects where none comes. */
export type Ask = (op: string, request: JsonObject) => Promise<JsonObject>;

/** One vector, ready to be tried. */
export interface Case {
  readonly area: string;
  readonly name: string;
  /** It is tried where the implementation has at least one of these. */
  readonly ops: readonly string[];
  /** Asks those of `ops` that are there, and says what is wrong with the answers. */
  check(ask: Ask, has: (op: string) => boolean): Promise<readonly Mismatch[]>;
}

/** A folder of vectors: `expected.json`, and files beside it. */
export interface VectorFolder {
  /** Absolute. */
  readonly folder: string;
  readonly expected: JsonObject;
}

/** Makes the cases of one area. */
export type Area = (vectors: VectorFolder) => Promise<readonly Case[]> | readonly Case[];

/** Mismatches, each naming the op whose answer it was. */
export function of(op: string, mismatches: readonly Mismatch[]): readonly Mismatch[] {
  return mismatches.map((each) => ({ ...each, at: each.at === "" ? op : `${op}: ${each.at.replace(/^\./, "")}` }));
}
