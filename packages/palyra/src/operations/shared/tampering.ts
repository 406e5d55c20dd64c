import { setTimeout as sleep } from "node:timers/promises";
import type { Call } from "../../call.ts";
import { PalyraError } from "../../errors.ts";
import { findEntry, IndexLook, type InstalledEntry, readIndex, readInstalled } from "../../installed/index.ts";
import type { Home } from "../../lifecycle/home.ts";
import { changeStatus } from "../../lifecycle/index.ts";
import { openInstalled } from "../../lifecycle/open-installed.ts";
import { problemOf, readStatuses } from "./inventory.ts";

/** Installed bytes that are not what was installed stop their skill at once; the record stays what it is (spec 5.2, T12). */
export async function quarantineTampered(home: Home, { skill_id, version }: InstalledEntry, call: Call): Promise<void> {
  const statusOf = await readStatuses(home, call);
  if (statusOf(skill_id, version).status === "quarantined") return;
  await changeStatus(home, { skillId: skill_id, version, status: "quarantined", reason: "artifact_digest_mismatch" }, call);
  call.warn(`${skill_id} ${version} is quarantined now`);
}

/**
 * What the index names and nobody can look at is not admitted: whatever is laid there later would be. What is not installed has its status all
 * the same (spec 11.6). `ArtifactDigestMismatch` (T1, T12).
 */
export async function requireThere({ places, platform }: Home, { skill_id, version }: Subject): Promise<void> {
  for (let look = 1; ; look += 1) {
    const seen = new IndexLook(places.skillsRoot);
    const entry = findEntry(await readIndex(places.skillsRoot), skill_id, version);
    if (entry === undefined) return;
    const { state } = await readInstalled(places.skillsRoot, entry, platform);
    if (state !== "missing") return;
    // Somebody is removing it, or was: the index says so soon.
    if (look === MOST_LOOKS || seen.isSteady())
      throw new PalyraError("ArtifactDigestMismatch", { skill_id, version, recorded: entry.artifact_sha256, actual: null });
    await sleep(LOOK_AGAIN_MS);
  }
}

const MOST_LOOKS = 50;
const LOOK_AGAIN_MS = 20;

/** An active status does not make a damaged skill run: whoever enables one is told at once (T12). */
export async function warnOfDamage(home: Home, { skill_id, version }: Subject, call: Call): Promise<void> {
  try {
    const entry = findEntry(await readIndex(home.places.skillsRoot), skill_id, version);
    if (entry !== undefined) await openInstalled(home, entry);
  } catch (error) {
    call.warn(`it may not run all the same: ${(await problemOf(error)).message}`);
  }
}

interface Subject {
  readonly skill_id: string;
  readonly version: string;
}
