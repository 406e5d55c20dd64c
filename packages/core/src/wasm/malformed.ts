/** What a module uses that is refused by name (spec 4.5). */
export type RefusedFeature =
  | "externref"
  | "typed function references"
  | "garbage collection"
  | "exceptions"
  | "threads"
  | "custom page sizes"
  | "wide arithmetic"
  | "stack switching"
  | "components"
  | "text format"
  | "string references"
  | "half-precision floats"
  | "memory control"
  | "custom descriptors";

/** Thrown inside this folder alone: `readModule` turns it into its answer. */
export class Malformed extends Error {
  readonly problem: string;
  /** Bytes from the start of the module. */
  readonly offset: number;
  readonly feature: RefusedFeature | undefined;

  constructor(problem: string, offset: number, feature?: RefusedFeature) {
    super(problem);
    this.problem = problem;
    this.offset = offset;
    this.feature = feature;
  }
}

/** A module that is well formed and uses what is not accepted. */
export const refused = (feature: RefusedFeature, offset: number): Malformed =>
  new Malformed(`it uses ${feature}, which is not accepted`, offset, feature);
