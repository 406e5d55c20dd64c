import { setTimeout as sleep } from "node:timers/promises";
import { type ArtifactDiff, diffConsent } from "palyra-skills/diff";
import type { Manifest } from "palyra-skills/manifest";
import { fileMark } from "../files/index.ts";
import { currentOf, type InstalledEntry, type InstalledIndex, skillsFolder } from "../installed/index.ts";
import type { Home } from "./home.ts";
import type { Previous } from "./install-look.ts";
import { openInstalled } from "./open-installed.ts";
import { isAsJournaled } from "./standing.ts";

/** The version that is current, read from the very bytes that were installed (T12). */
export async function readPrevious(home: Home, index: InstalledIndex, skillId: string): Promise<Previous | undefined> {
  const entry = currentOf(index, skillId);
  if (entry === undefined) return undefined;
  // An index that was edited names what nobody consented to, for an update not to widen (T8, T31).
  if (!(await isSteadilyAsJournaled(home, entry))) return { entry, manifest: undefined };
  try {
    return { entry, manifest: (await openInstalled(home, entry)).manifest };
  } catch {
    // Missing, changed, or for another host: what was consented to is not known, and nothing counts as known.
    return { entry, manifest: undefined };
  }
}

/** The index is written before the journal (spec 5.2): between the two it says what is not so yet. */
async function isSteadilyAsJournaled(home: Home, entry: InstalledEntry): Promise<boolean> {
  const { pending } = skillsFolder(home.places.skillsRoot);
  for (let look = 1; ; look += 1) {
    const isBetween = fileMark(pending) !== undefined;
    if (await isAsJournaled(home, entry)) return true;
    if (!isBetween || look === MOST_LOOKS) return false;
    await sleep(LOOK_AGAIN_MS);
  }
}

/** Looks while somebody changes what is installed, and milliseconds between two. */
const MOST_LOOKS = 20;
const LOOK_AGAIN_MS = 25;

/** What changes of what a person consented to. A first install is consented to as a whole: nothing changes by it. */
export function differenceFrom(previous: Previous | undefined, next: Manifest): ArtifactDiff {
  return previous === undefined ? { changes: [], widening: [] } : diffConsent(previous.manifest, next);
}
