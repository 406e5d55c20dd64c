import type { JsonObject } from "palyra-skills/encoding";
import type { TrustDecision } from "palyra-skills/trust";
import type { Call } from "../call.ts";
import type { Home } from "./home.ts";

export interface VerifiedRecord {
  readonly skillId: string;
  readonly version: string;
  /** Of the bytes that were verified: where the index says otherwise by now, nothing is recorded. */
  readonly artifactSha256: string;
  readonly decision: TrustDecision;
  /** Of the event `skill.verified` (spec 11.7). */
  readonly payload: JsonObject;
}

/** `skills verify` of what is installed: the event, and the decision as it is now in the index (spec 11.7). */
export declare function recordVerified(home: Home, record: VerifiedRecord, call: Call): Promise<void>;
