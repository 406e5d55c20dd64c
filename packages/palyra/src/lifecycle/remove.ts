import type { Call } from "../call.ts";
import type { Home } from "./home.ts";

export interface RemoveRequest {
  readonly skillId: string;
  /** Without it the current version. */
  readonly version?: string;
}

export interface RemoveOutcome {
  readonly skill_id: string;
  readonly removed_versions: readonly string[];
  /** The version that is current now, where the current one was removed and another is left; with its status now. */
  readonly next?: { readonly version: string; readonly status: string; readonly inherited: boolean };
}

/** Removes one installed version. `NotInstalled`. Its status row stays (spec 5). */
export declare function removeSkill(home: Home, request: RemoveRequest, call: Call): Promise<RemoveOutcome>;
