/** Vectors with which ours differs on purpose: the data behind docs/interoperability.md. */
export interface Deviation {
  /** `<area>/<name>` as in the vectors. */
  readonly vector: string;
  readonly clause: string;
  readonly reason: string;
}

/** None: every vector agrees. */
export const DEVIATIONS: readonly Deviation[] = [];
