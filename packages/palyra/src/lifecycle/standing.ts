import type { JsonValue } from "palyra-skills/encoding";
import { compareVersions, parseVersion } from "palyra-skills/manifest";
import { PalyraError } from "../errors.ts";
import { findEntry, folderPlace, type InstalledEntry, type InstalledIndex } from "../installed/index.ts";
import { type EffectiveStatus, INSTALL_KINDS, type Journal, KnownInstalls, type StoredEvent } from "../journal/index.ts";
import type { Home } from "./home.ts";

/** What the journal says at one moment, as far as changes rest on it. */
export interface Standing {
  readonly status: (skillId: string, version: string) => EffectiveStatus;
  /** Every version of the skill in question that was ever installed through us. */
  readonly everInstalled: readonly string[];
  /** The version that was current last, by the journal: of a skill that is gone, the one that was removed last. */
  readonly lastCurrent: string | undefined;
  /** The version that is current in this folder by the journal, where the index names another: then it was edited (T8, T31). */
  readonly otherCurrent: (entry: InstalledEntry) => string | undefined;
}

const NOTHING_KNOWN: Standing = {
  status: () => ({ status: "unknown", source: "unknown" }),
  everInstalled: [],
  lastCurrent: undefined,
  otherCurrent: () => undefined,
};

/** Opens the journal for reading, if there is one; creates nothing. */
export async function lookStanding(home: Home, skillId: string): Promise<Standing> {
  const journal = await home.openJournal(home.places.journal, { create: false });
  if (journal === undefined) return NOTHING_KNOWN;
  try {
    return await readStanding(home, journal, skillId);
  } finally {
    await journal.close();
  }
}

export async function readStanding({ places }: Home, journal: Journal, skillId: string): Promise<Standing> {
  // By the events themselves: what comes next would inherit what an index hides (T26, T31).
  const status = await journal.scannedStatuses();
  const events = await journal.events({ kinds: INSTALL_KINDS, skillId, last: Number.MAX_SAFE_INTEGER });
  const installs = installsOf(events);
  const folder = await folderPlace(places.skillsRoot);
  return { status, ...historyOf(events), otherCurrent: (entry) => installs.otherCurrent(entry, folder) };
}

/** Whether a current version is, by the chain, what was installed here, and current (T1, T8, T31). */
export async function isAsJournaled(home: Home, entry: InstalledEntry): Promise<boolean> {
  return withInstalls(home, entry, false, (installs, folder) => {
    return installs.isInstalled(entry, folder) && installs.otherCurrent(entry, folder) === undefined;
  });
}

/** The version that is current by the chain, where the index was edited to name another; undefined: it was not (T8, T31). */
export async function otherCurrentOf(home: Home, entry: InstalledEntry): Promise<string | undefined> {
  return withInstalls(home, entry, undefined, (installs, folder) => installs.otherCurrent(entry, folder));
}

async function withInstalls<Result>(
  { places, openJournal }: Home,
  { skill_id }: InstalledEntry,
  nothingKnown: Result,
  ask: (installs: KnownInstalls, folder: string) => Result,
): Promise<Result> {
  const journal = await openJournal(places.journal, { create: false });
  if (journal === undefined) return nothingKnown;
  try {
    const events = await journal.events({ kinds: INSTALL_KINDS, skillId: skill_id, last: Number.MAX_SAFE_INTEGER });
    return ask(installsOf(events), await folderPlace(places.skillsRoot));
  } finally {
    await journal.close();
  }
}

export function installsOf(events: readonly StoredEvent[]): KnownInstalls {
  const installs = new KnownInstalls();
  for (const { kind, payload_json } of events) installs.take(kind, payload_json);
  return installs;
}

/** What the events of one skill tell, oldest first. */
function historyOf(events: readonly StoredEvent[]): Omit<Standing, "status" | "otherCurrent"> {
  const everInstalled = new Set<string>();
  const installed = new Set<string>();
  let lastCurrent: string | undefined;
  for (const { seq, kind, payload_json } of events) {
    // Whom a person admitted is no install.
    if (kind === "skill.enabled") continue;
    const payload = payloadOf(seq, payload_json);
    // T8: fail closed, or a lower version would pass for the highest.
    if (payload.version === undefined && kind !== "skill.removed") throw lost(seq);
    if (kind === "skill.removed") {
      for (const version of payload.removed_versions) installed.delete(version);
      // With none left it stays the last one.
      if (lastCurrent !== undefined && !installed.has(lastCurrent)) lastCurrent = highest(installed) ?? lastCurrent;
    } else if (payload.version !== undefined) {
      lastCurrent = payload.version;
      installed.add(payload.version);
      if (kind !== "skill.used") everInstalled.add(payload.version);
    }
  }
  return { everInstalled: [...everInstalled], lastCurrent };
}

/** The highest version of the skill that is installed or ever was: a lower one is a downgrade, removed or not (spec 5, T8, T31). */
export function highestEver(index: InstalledIndex, skillId: string, standing: Standing): string | undefined {
  const installed = index.entries.filter((entry) => entry.skill_id === skillId).map((entry) => entry.version);
  return highest([...installed, ...standing.everInstalled]);
}

/** What a comparison that rests on a version's status has looked at. */
export function statusBasis(standing: Standing, skillId: string, version: string): JsonValue {
  const { status, event } = standing.status(skillId, version);
  return [version, status, event?.seq ?? null];
}

export function isInstalled(index: InstalledIndex, skillId: string, version: string): boolean {
  return findEntry(index, skillId, version) !== undefined;
}

const highest = (versions: Iterable<string>): string | undefined => [...versions].toSorted(compareVersions).at(-1);

/** `JournalChainBroken`: which version this event was about is lost. */
function lost(seq: number): PalyraError<"JournalChainBroken"> {
  return new PalyraError("JournalChainBroken", { seq, problem: "its payload is damaged: which version was installed is lost" });
}

function payloadOf(
  seq: number,
  payloadJson: string,
): { readonly version: string | undefined; readonly removed_versions: readonly string[] } {
  let payload: unknown;
  try {
    payload = JSON.parse(payloadJson);
  } catch {
    throw lost(seq);
  }
  if (typeof payload !== "object" || payload === null) throw lost(seq);
  const fields = new Map<string, unknown>(Object.entries(payload));
  const removed = fields.get("removed_versions");
  return {
    version: versionOf(fields.get("version")),
    removed_versions: Array.isArray(removed) ? removed.flatMap((each: unknown) => versionOf(each) ?? []) : [],
  };
}

function versionOf(value: unknown): string | undefined {
  return typeof value === "string" && parseVersion(value) !== undefined ? value : undefined;
}
