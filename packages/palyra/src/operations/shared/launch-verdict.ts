/** Whether what is installed could start as far as audits go: a launch audits nothing (spec 10, step 2). */
import type { Call } from "../../call.ts";
import { PalyraError } from "../../errors.ts";
import type { InstalledEntry } from "../../installed/index.ts";
import { holdsLaunchVerdict, type LaunchStandards, launchGround } from "../../lifecycle/index.ts";
import type { Services } from "../services.ts";

/** Undefined: nobody knows, since the vault cannot be opened. */
export type VerdictLook = (entry: InstalledEntry) => Promise<boolean | undefined>;

export function verdictLookBy(
  { home, runtime }: Pick<Services, "home" | "runtime">,
  standards: Omit<LaunchStandards, "code">,
  call: Call,
): VerdictLook {
  let ground: Promise<string> | undefined;
  return async (entry) => {
    try {
      ground ??= launchGround(home, { ...standards, code: runtime.code }, call.now);
      return await holdsLaunchVerdict(home, await ground, entry);
    } catch (error) {
      if (!(error instanceof PalyraError) || !PASSABLE.includes(error.code)) throw error;
      return undefined;
    }
  };
}

const PASSABLE: readonly string[] = ["VaultUnavailable", "UnsafeStateRoot", "Io"];

/** What stands in the way, and what ends it. */
export const verdictMissing = ({ skill_id, version }: Pick<InstalledEntry, "skill_id" | "version">): string =>
  `no tool of it starts: no audit that passed is kept of it as it is now (this program, Node, a policy or the feed is another than then): palyra skills audit ${skill_id} --version ${version}`;
