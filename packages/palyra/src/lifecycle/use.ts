import type { Call } from "../call.ts";
import type { Home } from "./home.ts";

export interface UseRequest {
  readonly skillId: string;
  readonly version: string;
  readonly allowDowngrade: boolean;
}

export interface UseOutcome {
  readonly skill_id: string;
  readonly version: string;
  readonly previous_version: string;
  /** False: it was current already, and nothing was written. */
  readonly changed: boolean;
  /** Of the version that is current now. */
  readonly status: string;
}

/** Makes another installed version current. `NotInstalled`, `DowngradeRefused`, `ToolIdConflict`. */
export declare function useVersion(home: Home, request: UseRequest, call: Call): Promise<UseOutcome>;
