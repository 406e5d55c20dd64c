/** Whether the daemon may be relied on, and why not (spec 8: `/readyz`). */
export interface Health {
  readonly ready: boolean;
  /** Codes of what is wrong; none where it is ready. */
  readonly reasons: readonly string[];
}
