import { setTimeout as sleep } from "node:timers/promises";
import { type ArtifactDiff, diffConsent } from "palyra-skills/diff";
import type { Manifest } from "palyra-skills/manifest";
import { currentOf, IndexLook, type InstalledIndex, readIndex } from "../installed/index.ts";
import type { Home } from "./home.ts";
import type { Previous } from "./install-look.ts";
import { openInstalled } from "./open-installed.ts";
import { isAsJournaled } from "./standing.ts";

/** What is installed, and what was consented to: of one moment, so that nobody is asked about what another command has just changed. */
export async function lookInstalled(
  home: Home,
  skillId: string,
): Promise<{ readonly index: InstalledIndex; readonly previous: Previous | undefined }> {
  const { skillsRoot } = home.places;
  const until = performance.now() + MAX_WAIT_MS;
  for (;;) {
    const seen = new IndexLook(skillsRoot);
    const index = await readIndex(skillsRoot);
    const previous = await readPrevious(home, index, skillId);
    const isKnown = previous === undefined || previous.manifest !== undefined;
    if (isKnown || seen.isSteady() || performance.now() >= until) return { index, previous };
    await sleep(LOOK_AGAIN_MS);
  }
}

/** Milliseconds between two looks while somebody changes what is installed, and for all of them. */
const LOOK_AGAIN_MS = 25;
const MAX_WAIT_MS = 5_000;

/** The version that is current, read from the very bytes that were installed (T12). */
async function readPrevious(home: Home, index: InstalledIndex, skillId: string): Promise<Previous | undefined> {
  const entry = currentOf(index, skillId);
  if (entry === undefined) return undefined;
  // An index that was edited names what nobody consented to, for an update not to widen (T8, T31).
  if (!(await isAsJournaled(home, entry))) return { entry, manifest: undefined };
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
