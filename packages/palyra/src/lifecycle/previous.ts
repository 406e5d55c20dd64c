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
): Promise<{ readonly index: InstalledIndex; readonly previous: Previous | undefined }> {
  const { skillsRoot } = home.places;
  const until = performance.now() + MAX_WAIT_MS;
  for (;;) {
    const seen = new IndexLook(skillsRoot);
    const index = await readIndex(skillsRoot);
    const { previous, isDoubtful } = await readPrevious(home, index, artifact);
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
async function readPrevious(home: Home, index: InstalledIndex, { manifest, payloadSha256 }: VerifiedArtifact): Promise<Found> {
  const { skill_id } = manifest;
  const entry = currentOf(index, skill_id);
  // An index that was edited names what nobody consented to, for an update not to widen (T8, T31).
  const installed = entry && (await isAsJournaled(home, entry)) ? await manifestOf(home, entry) : undefined;
  if (entry !== undefined && installed !== undefined) {
    const { version, artifact_sha256, payload_sha256 } = entry;
    const previous = { version, artifact_sha256, payload_sha256, isInstalled: true, manifest: installed, consented: undefined };
    return { previous, isDoubtful: false };
  }
  const last = await lastConsented(home, skill_id);
  const isDoubtful = entry !== undefined || last?.isInstalled === true;
  // The same release asks for the same.
  if (last?.payload_sha256 === payloadSha256) return { previous: undefined, isDoubtful };
  // Neither a removal nor an index that was emptied leads round what was consented to (T8, T31).
  const { version, artifact_sha256, payload_sha256 } = last ?? entry ?? {};
  if (version === undefined || artifact_sha256 === undefined || payload_sha256 === undefined)
    return { previous: undefined, isDoubtful };
  const isInstalled = entry !== undefined;
  const previous = { version, artifact_sha256, payload_sha256, isInstalled, manifest: undefined, consented: last?.consented };
  return { previous, isDoubtful };
}

/** Undefined: missing, changed, or for another host. */
async function manifestOf(home: Home, entry: Parameters<typeof openInstalled>[1]): Promise<Manifest | undefined> {
  try {
    return (await openInstalled(home, entry)).manifest;
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
