import { type ArtifactDiff, diffConsent } from "palyra-skills/diff";
import type { Manifest } from "palyra-skills/manifest";
import { currentOf, type InstalledIndex } from "../installed/index.ts";
import type { Home } from "./home.ts";
import type { Previous } from "./install-look.ts";
import { openInstalled } from "./open-installed.ts";

/** The version that is current, read from the very bytes that were installed (T12). */
export async function readPrevious(home: Home, index: InstalledIndex, skillId: string): Promise<Previous | undefined> {
  const entry = currentOf(index, skillId);
  if (entry === undefined) return undefined;
  try {
    return { entry, manifest: (await openInstalled(home, entry)).manifest };
  } catch {
    // Missing, changed, or for another host: what was consented to is not known, and nothing counts as known.
    return { entry, manifest: undefined };
  }
}

/** What changes of what a person consented to. A first install is consented to as a whole: nothing changes by it. */
export function differenceFrom(previous: Previous | undefined, next: Manifest): ArtifactDiff {
  return previous === undefined ? { changes: [], widening: [] } : diffConsent(previous.manifest, next);
}
