import type { Call } from "../call.ts";
import type { TrustChange } from "../trust/index.ts";
import type { Home } from "./home.ts";

export interface TrustOutcome {
  /** False: the store was so already, and nothing was written. */
  readonly changed: boolean;
  /** What the store says of the publisher now. */
  readonly publisher: string;
  readonly trusted_keys: readonly string[];
  readonly pinned_key: string | null;
}

/** One change of the trust store by a person. Unknown keys or publishers to remove change nothing. */
export declare function changeTrust(home: Home, change: TrustChange, call: Call): Promise<TrustOutcome>;
