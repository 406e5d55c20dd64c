import type { Call } from "../call.ts";
import { PalyraError } from "../errors.ts";
import { LOCK_TIMEOUT_MS } from "../files/index.ts";
import {
  currentOf,
  findEntry,
  type InstalledEntry,
  type InstalledIndex,
  readIndex,
  versionsOf,
  withoutEntry,
} from "../installed/index.ts";
import { makeEvent } from "./events.ts";
import type { Home } from "./home.ts";
import { inheritFrom, type Plan, recordSteps, type StatusEdit } from "./plan.ts";
import { recoverForReading } from "./recover-reading.ts";
import { exclusively } from "./root.ts";
import { lookStanding, readStanding, type Standing, statusBasis } from "./standing.ts";
import { type InheritedStatus, statusWhenCurrent, toolConflictReason } from "./statuses.ts";
import { activeOfOthers, toolConflicts, toolIdsOf } from "./tools.ts";

export interface RemoveRequest {
  readonly skillId: string;
  /** Without it the current version. */
  readonly version?: string;
}

export interface RemoveOutcome {
  readonly skill_id: string;
  readonly removed_versions: readonly string[];
  /** The version that is current now, where the current one was removed and another is left. */
  readonly next?: NextVersion;
}

export interface NextVersion {
  readonly version: string;
  readonly status: string;
  /** Whether its status became that of the removed version, which was stricter (T31). */
  readonly inherited: boolean;
  /** Why the removal disabled it: a tool of it is another publisher's by now (T27). */
  readonly reason?: string;
}

/** Looks that may be overtaken by others before it is given up. */
const MAX_LOOKS = 50;

/** Removes one installed version. `NotInstalled`. Its status row stays (spec 5). */
export async function removeSkill(home: Home, request: RemoveRequest, call: Call): Promise<RemoveOutcome> {
  await recoverForReading(home, call);
  for (let looks = 0; looks < MAX_LOOKS; looks += 1) {
    const look = await lookRemove(home, request, call);
    const outcome = await exclusively(home, call, "skills remove", async (writer) => {
      const journal = await writer.journal();
      const now = compareRemove(await writer.index(), await readStanding(home, journal, request.skillId), request, call);
      if (now.basis !== look.basis) return undefined;
      await writer.commit(planRemove(home, { ...now, conflict: look.conflict }, call));
      const { skill_id, version } = now.entry;
      const outcome = { skill_id, removed_versions: [version] };
      if (now.next === undefined) return outcome;
      const { status } = await journal.status(skill_id, now.next.entry.version);
      return { ...outcome, next: nextOf(now.next, status, look.conflict) };
    });
    if (outcome !== undefined) return outcome;
  }
  throw new PalyraError("LockTimeout", { file: home.places.skillsRoot, waited_ms: LOCK_TIMEOUT_MS });
}

interface RemoveLook {
  readonly entry: InstalledEntry;
  readonly after: InstalledIndex;
  /** The version that becomes current, with the status that it will have. */
  readonly next: (InheritedStatus & { readonly entry: InstalledEntry }) | undefined;
  /** Skills of other publishers that offer tools now. */
  readonly others: readonly InstalledEntry[];
  readonly basis: string;
}

/** Why the version that becomes current is to be disabled. */
interface Conflict {
  readonly conflict: string | undefined;
}

/** Before the lock, and first of all: what is not there makes no folder and no lock. */
async function lookRemove(home: Home, request: RemoveRequest, call: Call): Promise<RemoveLook & Conflict> {
  const index = await readIndex(home.places.skillsRoot);
  requireInstalled(index, request.skillId, request.version);
  const look = compareRemove(index, await lookStanding(home, request.skillId), request, call);
  return { ...look, conflict: await conflictOf(home, look) };
}

/** Pure. */
function compareRemove(index: InstalledIndex, standing: Standing, request: RemoveRequest, call: Call): RemoveLook {
  const entry = requireInstalled(index, request.skillId, request.version);
  const { skill_id, version } = entry;
  const after = withoutEntry(index, skill_id, version, call.now);
  const promoted = entry.current ? currentOf(after, skill_id) : undefined;
  const next = promoted && { entry: promoted, ...statusWhenCurrent(standing, promoted, version) };
  const others = promoted === undefined ? [] : activeOfOthers(after, standing, promoted);
  const known = [version, ...(promoted === undefined ? [] : [promoted.version])];
  const basis = JSON.stringify([
    entry,
    promoted ?? null,
    known.map((each) => statusBasis(standing, skill_id, each)),
    others.map((each) => [each.skill_id, each.version, each.artifact_sha256]),
  ]);
  return { entry, after, next, others, basis };
}

/** It may offer other tools than the removed one. The removal goes on all the same: it must not depend on a third party. T27. */
async function conflictOf(home: Home, { next, others }: RemoveLook): Promise<string | undefined> {
  if (next?.status !== "active" || others.length === 0) return undefined;
  const { skill_id, publisher } = next.entry;
  const conflicts = await toolConflicts(home, { skill_id, publisher, toolIds: await toolIdsOf(home, next.entry) }, others);
  return conflicts.length === 0 ? undefined : toolConflictReason(conflicts);
}

/** The index first: a reader without the lock must not see a version whose folder is gone. */
function planRemove(home: Home, { entry, after, next, conflict }: RemoveLook & Conflict, call: Call): Plan {
  const { skill_id, version } = entry;
  return {
    ulid: home.newUlid(call.now),
    kind: "remove",
    steps: [
      { do: "write_index", index: after },
      { do: "discard_version", skill_id, version },
      ...recordSteps(home, {
        statuses: next === undefined ? [] : statusesOf(home, version, next.entry, conflict, call),
        events: [makeEvent(home, call, "skill.removed", { skill_id, removed_versions: [version] })],
      }),
    ],
  };
}

function statusesOf(
  home: Home,
  removed: string,
  next: InstalledEntry,
  conflict: string | undefined,
  call: Call,
): readonly StatusEdit[] {
  // Removing the quarantined version must not hand the skill to one that nobody has freed. Spec 5, T31.
  const inherit = inheritFrom(home, call, removed, next);
  if (conflict === undefined) return [inherit];
  const { skill_id, version } = next;
  const subject = { skill_id, version, operator_principal: call.principal, at_ms: call.now };
  return [inherit, { do: "disable", ...subject, reason: conflict, event_ulid: home.newUlid(call.now) }];
}

function nextOf(
  { entry: { version }, inherited }: NonNullable<RemoveLook["next"]>,
  status: string,
  conflict: string | undefined,
): NextVersion {
  return { version, status, inherited, ...(conflict === undefined ? {} : { reason: conflict }) };
}

/** The version that is meant, or `NotInstalled` with those that there are. */
export function requireInstalled(index: InstalledIndex, skillId: string, version: string | undefined): InstalledEntry {
  const entry = version === undefined ? currentOf(index, skillId) : findEntry(index, skillId, version);
  if (entry !== undefined) return entry;
  const installed = versionsOf(index, skillId).map((each) => each.version);
  throw new PalyraError("NotInstalled", { skill_id: skillId, ...(version === undefined ? {} : { version }), installed });
}
