import type { Change } from "../diff/index.ts";

/** The version that is replaced, and what changes of what was consented to with it (`diffConsent`). */
export interface Update {
  readonly from: string;
  /** False: its manifest cannot be read or is not what was installed, so that everything counts as new. */
  readonly known: boolean;
  readonly changes: readonly Change[];
}
