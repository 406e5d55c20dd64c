import type { Call } from "../call.ts";
import { PalyraError } from "../errors.ts";
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
import { type Plan, recordSteps, type StatusEdit } from "./plan.ts";
import { recoverForReading } from "./recover-reading.ts";
import { exclusively } from "./root.ts";

export interface RemoveRequest {
  readonly skillId: string;
  /** Without it the current version. */
  readonly version?: string;
}

export interface RemoveOutcome {
  readonly skill_id: string;
  readonly removed_versions: readonly string[];
  /** The version that is current now, where the current one was removed and another is left; `inherited`: its status became stricter. */
  readonly next?: { readonly version: string; readonly status: string; readonly inherited: boolean };
}

/** Removes one installed version. `NotInstalled`. Its status row stays (spec 5). */
export async function removeSkill(home: Home, request: RemoveRequest, call: Call): Promise<RemoveOutcome> {
  await recoverForReading(home, call);
  // Looked at first: what is not there makes no folder and no lock.
  requireInstalled(await readIndex(home.places.skillsRoot), request.skillId, request.version);
  return exclusively(home, call, "skills remove", async (writer) => {
    const index = await writer.index();
    const entry = requireInstalled(index, request.skillId, request.version);
    const { skill_id, version } = entry;
    const after = withoutEntry(index, skill_id, version, call.now);
    const next = entry.current ? currentOf(after, skill_id) : undefined;
    const journal = await writer.journal();
    const before = next && (await journal.status(skill_id, next.version)).status;
    await writer.commit(planRemove(home, entry, after, next, call));
    const outcome = { skill_id, removed_versions: [version] };
    if (next === undefined) return outcome;
    const { status } = await journal.status(skill_id, next.version);
    return { ...outcome, next: { version: next.version, status, inherited: status !== before } };
  });
}

/** The index first: a reader without the lock must not see a version whose folder is gone. */
function planRemove(
  home: Home,
  entry: InstalledEntry,
  after: InstalledIndex,
  next: InstalledEntry | undefined,
  call: Call,
): Plan {
  const { skill_id, version } = entry;
  // Removing the quarantined version must not hand the skill to one that nobody has freed. Spec 5, T31.
  const inherits: readonly StatusEdit[] = next === undefined ? [] : [inherit(home, next, version, call)];
  return {
    ulid: home.newUlid(call.now),
    kind: "remove",
    steps: [
      { do: "write_index", index: after },
      { do: "discard_version", skill_id, version },
      ...recordSteps(home, {
        statuses: inherits,
        events: [makeEvent(home, call, "skill.removed", { skill_id, removed_versions: [version] })],
      }),
    ],
  };
}

function inherit(home: Home, { skill_id, version }: InstalledEntry, from: string, call: Call): StatusEdit {
  const event_ulid = home.newUlid(call.now);
  return { do: "inherit", skill_id, version, from, operator_principal: call.principal, at_ms: call.now, event_ulid };
}

/** The version that is meant, or `NotInstalled` with those that there are. */
export function requireInstalled(index: InstalledIndex, skillId: string, version: string | undefined): InstalledEntry {
  const entry = version === undefined ? currentOf(index, skillId) : findEntry(index, skillId, version);
  if (entry !== undefined) return entry;
  const installed = versionsOf(index, skillId).map((each) => each.version);
  throw new PalyraError("NotInstalled", { skill_id: skillId, ...(version === undefined ? {} : { version }), installed });
}
