import { openArtifact } from "palyra-skills/artifact";
import { compareVersions } from "palyra-skills/manifest";
import type { Call } from "../call.ts";
import { PalyraError } from "../errors.ts";
import { LOCK_TIMEOUT_MS } from "../files/index.ts";
import {
  currentOf,
  type InstalledEntry,
  type InstalledIndex,
  readIndex,
  readInstalled,
  withCurrent,
} from "../installed/index.ts";
import { makeEvent } from "./events.ts";
import type { Home } from "./home.ts";
import { inheritFrom, type Plan, recordSteps } from "./plan.ts";
import { recoverForReading } from "./recover-reading.ts";
import { requireInstalled } from "./remove.ts";
import { exclusively } from "./root.ts";
import { highestEver, lookStanding, readStanding, type Standing, statusBasis } from "./standing.ts";
import { type InheritedStatus, predecessor, statusWhenCurrent } from "./statuses.ts";
import { activeOfOthers, checkToolIds } from "./tools.ts";

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
  /** Whether its status became that of the version that was current (T31): only a person frees it. */
  readonly inherited: boolean;
}

/** Looks that may be overtaken by others before it is given up. */
const MAX_LOOKS = 50;

/** Makes another installed version current. `NotInstalled`, `DowngradeRefused`, `ToolIdConflict`, `ArtifactDigestMismatch`. */
export async function useVersion(home: Home, request: UseRequest, call: Call): Promise<UseOutcome> {
  await recoverForReading(home, call);
  for (let looks = 0; looks < MAX_LOOKS; looks += 1) {
    const look = await lookUse(home, request);
    const { skill_id, version } = look.entry;
    if (look.isCurrent) return outcomeOf(look, false);
    const outcome = await exclusively(home, call, "skills use", async (writer) => {
      const journal = await writer.journal();
      const index = await writer.index();
      const now = compareUse(index, await readStanding(home, journal, request.skillId), request);
      if (now.basis !== look.basis) return undefined;
      await writer.commit(planUse(home, now, index, call));
      const { status } = await journal.status(skill_id, version);
      return { ...outcomeOf(now, true), status };
    });
    if (outcome !== undefined) return outcome;
  }
  throw new PalyraError("LockTimeout", { file: home.places.skillsRoot, waited_ms: LOCK_TIMEOUT_MS });
}

interface UseLook {
  readonly entry: InstalledEntry;
  readonly previous: string;
  /** The version whose status it takes over where that is more restrictive. */
  readonly from: string;
  /** That the version will have as the current one. */
  readonly becomes: InheritedStatus;
  readonly lower: boolean;
  /** By the index, and by the journal: an index that was edited is put right, and the journal says so (T8, T31). */
  readonly isCurrent: boolean;
  readonly basis: string;
}

async function lookUse(home: Home, request: UseRequest): Promise<UseLook> {
  const index = await readIndex(home.places.skillsRoot);
  const standing = await lookStanding(home, request.skillId);
  const look = compareUse(index, standing, request);
  if (!look.isCurrent && look.becomes.status === "active") await checkTools(home, look.entry, index, standing);
  return look;
}

/** Pure. */
function compareUse(index: InstalledIndex, standing: Standing, request: UseRequest): UseLook {
  const entry = requireInstalled(index, request.skillId, request.version);
  const { skill_id, version } = entry;
  const previous = currentOf(index, skill_id)?.version ?? version;
  // As install compares: against the current one alone, two steps down and up again would need no consent. Spec 5, T8.
  const highest = highestEver(index, skill_id, standing) ?? version;
  const isCurrent = entry.current && standing.otherCurrent(entry) === undefined;
  const lower = !isCurrent && compareVersions(version, highest) < 0;
  if (lower && !request.allowDowngrade)
    throw new PalyraError("DowngradeRefused", { skill_id, requested: version, current: highest });
  // What an operator stopped is not started by another version of it. Spec 5, T31.
  const from = predecessor(index, skill_id, standing) ?? previous;
  const becomes = statusWhenCurrent(standing, entry, from);
  const known = [version, from].map((each) => statusBasis(standing, skill_id, each));
  const others = activeOfOthers(index, standing, entry).map((each) => [each.skill_id, each.version, each.artifact_sha256]);
  const basis = JSON.stringify([entry, previous, highest, isCurrent, known, others]);
  return { entry, previous, from, becomes, lower, isCurrent, basis };
}

/** Another version may offer other tools (T27). They are read from the artifact as it was installed, or not at all (T12). */
async function checkTools(home: Home, entry: InstalledEntry, index: InstalledIndex, standing: Standing): Promise<void> {
  const { skill_id, version, publisher } = entry;
  const others = activeOfOthers(index, standing, entry);
  if (others.length === 0) return;
  const found = await readInstalled(home.places.skillsRoot, entry, home.platform);
  if (found.state !== "intact") {
    const actual = found.state === "changed" ? found.sha256 : null;
    throw new PalyraError("ArtifactDigestMismatch", { skill_id, version, recorded: entry.artifact_sha256, actual });
  }
  const { manifest } = await openArtifact(found.bytes, home.platform, home.host);
  await checkToolIds(home, { skill_id, publisher, toolIds: manifest.entrypoints.tools.map((tool) => tool.id) }, others);
}

function planUse(home: Home, look: UseLook, index: InstalledIndex, call: Call): Plan {
  const { skill_id, version } = look.entry;
  const payload = {
    skill_id,
    version,
    previous_version: look.previous,
    ...(look.lower ? { allowed: ["allow_downgrade"] } : {}),
  };
  return {
    ulid: home.newUlid(call.now),
    kind: "use",
    steps: [
      { do: "write_index", index: withCurrent(index, skill_id, version, call.now) },
      ...recordSteps(home, {
        statuses: [inheritFrom(home, call, look.from, look.entry)],
        events: [makeEvent(home, call, "skill.used", payload)],
      }),
    ],
  };
}

function outcomeOf({ entry, previous, becomes }: UseLook, changed: boolean): UseOutcome {
  return { skill_id: entry.skill_id, version: entry.version, previous_version: previous, changed, ...becomes };
}
