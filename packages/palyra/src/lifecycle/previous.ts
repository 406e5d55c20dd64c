import { setTimeout as sleep } from "node:timers/promises";
import type { VerifiedArtifact } from "palyra-skills/artifact";
import { type ArtifactDiff, diffConsent, diffConsented } from "palyra-skills/diff";
import type { Manifest } from "palyra-skills/manifest";
import { currentOf, IndexLook, type InstalledIndex, readIndex } from "../installed/index.ts";
import { lastConsented } from "./consented.ts";
import type { Home } from "./home.ts";
import type { Previous } from "./install-look.ts";
import { openInstalled } from "./open-installed.ts";
import { isAsJournaled } from "./standing.ts";

/**
 * What is installed, and what was consented to before this artifact: of one moment, so that nobody is asked about what another command has
 * just changed.
 */
export async function lookInstalled(
  home: Home,
  artifact: VerifiedArtifact,
  isTrusted: (installed: VerifiedArtifact) => boolean,
): Promise<{ readonly index: InstalledIndex; readonly previous: Previous | undefined }> {
  const { skillsRoot } = home.places;
  const until = performance.now() + MAX_WAIT_MS;
  for (;;) {
    const seen = new IndexLook(skillsRoot);
    const index = await readIndex(skillsRoot);
    const { previous, isDoubtful } = await readPrevious(home, index, artifact, isTrusted);
    if (!isDoubtful || seen.isSteady() || performance.now() >= until) return { index, previous };
    await sleep(LOOK_AGAIN_MS);
  }
}

/** Milliseconds between two looks while somebody changes what is installed, and for all of them. */
const LOOK_AGAIN_MS = 25;
const MAX_WAIT_MS = 5_000;

/** `isDoubtful`: index, journal and bytes say not the same; by a change between the looks at them, or because somebody edited one. */
interface Found {
  readonly previous: Previous | undefined;
  readonly isDoubtful: boolean;
}

/** By the version that is current, from the very bytes that were installed (T12); else by what the journal keeps. */
async function readPrevious(
  home: Home,
  index: InstalledIndex,
  { manifest, payloadSha256 }: VerifiedArtifact,
  isTrusted: (installed: VerifiedArtifact) => boolean,
): Promise<Found> {
  const { skill_id } = manifest;
  const entry = currentOf(index, skill_id);
  // An index that was edited names what nobody consented to, for an update not to widen (T8, T31).
  const isInstalled = entry !== undefined && (await isAsJournaled(home, entry));
  const kept = await lastConsented(home, skill_id);
  // Palyra keeps no events: of its skills what is trusted now counts.
  const counts = (found: VerifiedArtifact): boolean => isInstalled || (kept === undefined && isTrusted(found));
  const opened = entry !== undefined && (isInstalled || kept === undefined) ? await opening(home, entry) : undefined;
  if (entry !== undefined && opened !== undefined && counts(opened)) {
    const { version, artifact_sha256, payload_sha256 } = entry;
    const { manifest: there } = opened;
    const previous = { version, artifact_sha256, payload_sha256, isInstalled: true, manifest: there, consented: undefined };
    return { previous, isDoubtful: false };
  }
  const isDoubtful = entry !== undefined || kept?.isInstalled === true;
  // The same release asks for the same.
  if (kept?.payload_sha256 === payloadSha256) return { previous: undefined, isDoubtful };
  // Neither a removal nor an index that was emptied leads round what was consented to (T8, T31).
  const { version, artifact_sha256, payload_sha256 } = kept ?? entry ?? {};
  if (version === undefined || artifact_sha256 === undefined || payload_sha256 === undefined)
    return { previous: undefined, isDoubtful };
  const previous = {
    ...{ version, artifact_sha256, payload_sha256, isInstalled: entry !== undefined },
    ...{ manifest: undefined, consented: kept?.consented },
  };
  return { previous, isDoubtful };
}

/** Undefined: missing, changed, or for another host. */
async function opening(home: Home, entry: Parameters<typeof openInstalled>[1]): Promise<VerifiedArtifact | undefined> {
  try {
    return await openInstalled(home, entry);
  } catch {
    return undefined;
  }
}

/** What changes of what a person consented to. A first install is consented to as a whole: nothing changes by it. */
export function differenceFrom(previous: Previous | undefined, next: Manifest, { platform }: Home): ArtifactDiff {
  if (previous === undefined) return { changes: [], widening: [] };
  const { manifest, consented } = previous;
  return manifest === undefined && consented !== undefined
    ? diffConsented(consented, next, platform)
    : diffConsent(manifest, next);
}

/** Whether anything is known of what was consented to: else everything counts as new. */
export const isKnown = ({ manifest, consented }: Previous): boolean => manifest !== undefined || consented !== undefined;
