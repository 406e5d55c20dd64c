import type { JsonReader } from "../encoding/index.ts";

/**
 * What a policy may set of a rule beyond its level: `"parameters": { "<check_id>": { "<name>": <value> } }`. A rule declares them
 * in its data and reads them through the functions below, so that the policy's reader, the rule's page and the rule itself
 * go by the same declaration.
 */
export type Parameter = CountParameter | FlagParameter | NamesParameter;

export interface CountParameter {
  readonly kind: "count";
  readonly default: number;
  /** Of what: `bytes`, `levels`, `hours`. */
  readonly unit: string;
  readonly meaning: string;
  readonly min: number;
  /** Absent: whatever a double holds exactly. */
  readonly max?: number;
}

export interface FlagParameter {
  readonly kind: "flag";
  readonly default: boolean;
  readonly meaning: string;
}

/** A list of texts; which ones, `problem` may narrow down. */
export interface NamesParameter {
  readonly kind: "names";
  readonly default: readonly string[];
  readonly unit: string;
  readonly meaning: string;
  /** What is wrong with a name; undefined for nothing. */
  readonly problem?: (name: string) => string | undefined;
}

export type Parameters = { readonly [name: string]: Parameter };
export type ParameterValue = number | boolean | readonly string[];
/** By check id, then by name. Held against the declarations when a policy is read. */
export type ParameterValues = { readonly [checkId: string]: { readonly [name: string]: ParameterValue } };

/** As much of a policy as these need. */
interface Tuned {
  readonly parameters?: ParameterValues;
}

export function countOf({ parameters }: Tuned, checkId: string, name: string, declared: CountParameter): number {
  const value = parameters?.[checkId]?.[name];
  return typeof value === "number" ? value : declared.default;
}

export function flagOf({ parameters }: Tuned, checkId: string, name: string, declared: FlagParameter): boolean {
  const value = parameters?.[checkId]?.[name];
  return typeof value === "boolean" ? value : declared.default;
}

export function namesOf({ parameters }: Tuned, checkId: string, name: string, declared: NamesParameter): readonly string[] {
  const value = parameters?.[checkId]?.[name];
  return typeof value === "object" ? value : declared.default;
}

/** Names that a list of a policy may have. */
const MAX_NAMES = 10_000;

/** The value as it stands in a policy, with every fault told at its place. */
export function readParameter(value: JsonReader, declared: Parameter): ParameterValue {
  switch (declared.kind) {
    case "count":
      return value.safeInteger({ min: declared.min, ...(declared.max === undefined ? {} : { max: declared.max }) });
    case "flag":
      return value.boolean();
    case "names": {
      const names = value.array((name) => name.string(declared.problem));
      if (names.length > MAX_NAMES)
        value.fault("too many names", { found: String(names.length), allowed: `at most ${MAX_NAMES}` });
      return names;
    }
  }
}
