import { HOST_LEVEL } from "palyra-skills/manifest";
import type { Call } from "../../call.ts";
import { PalyraError } from "../../errors.ts";
import { type InstalledEntry, type KeptSummaries, type ManifestSummary, summariesOf, summaryOf } from "../../installed/index.ts";
import type { EffectiveStatus } from "../../journal/index.ts";
import type { Home } from "../../lifecycle/home.ts";
import { mayTidy } from "../../lifecycle/state-root.ts";
import {
  type Eligibility,
  eligibilityOf,
  type Requirements,
  type RuntimeStatus,
  runtimeStatus,
  UNREAD_STATUS,
} from "./eligibility.ts";

/** One installed version as it is listed (spec 11.4): the index's record, then what is known of it besides. */
export interface InventoryEntry extends InstalledEntry {
  readonly install_state: "installed_current" | "installed_superseded";
  /** Absent, like the count and the requirements, where the artifact cannot be read: `problem` says why (D9, spec 11.1). */
  readonly skill_name?: string;
  readonly tool_count?: number;
  readonly runtime_status: RuntimeStatus;
  readonly requirements?: Requirements;
  readonly eligibility: Eligibility;
  readonly problem?: Problem;
}

/** Why something of one skill could not be found out, while the others go on (T19). */
export interface Problem {
  readonly code: string;
  readonly message: string;
}

/** The inventory of some records, in their order. One that is missing or damaged is shown as that (T19, D9). */
export async function inventoryOf(
  home: Home,
  entries: readonly InstalledEntry[],
  statusOf: StatusLookup,
  /** Of a process that lists again and again. */
  kept?: KeptSummaries,
): Promise<readonly InventoryEntry[]> {
  const problems = new Map<InstalledEntry, Problem>();
  const summarise = async (entry: InstalledEntry): Promise<ManifestSummary | undefined> => {
    try {
      // Only what the cache does not know is opened: `list` loads no archive reader and no TOML (habit 8).
      const { openInstalled } = await import("../../lifecycle/open-installed.ts");
      return summaryOf((await openInstalled(home, entry)).manifest);
    } catch (error) {
      problems.set(entry, await problemOf(error));
      return undefined;
    }
  };
  const { skillsRoot } = home.places;
  const renewal = mayTidy(home) ? "update" : "never";
  const summaries = await (kept === undefined
    ? summariesOf(skillsRoot, entries, summarise, renewal)
    : kept.of(skillsRoot, entries, summarise, renewal));
  return entries.map((entry, at) => inventoryEntry(home, entry, summaries[at], statusOf, { problem: problems.get(entry) }));
}

/** The inventory of one record whose manifest has been read already, or could not be. */
export function inventoryEntry(
  home: Home,
  entry: InstalledEntry,
  summary: ManifestSummary | undefined,
  statusOf: StatusLookup,
  { problem, blocks = [] }: { readonly problem?: Problem | undefined; readonly blocks?: readonly string[] } = {},
): InventoryEntry {
  const runtime_status = runtimeStatus(statusOf(entry.skill_id, entry.version));
  const requirements = summary === undefined ? undefined : requirementsOf(summary);
  const reasons = problem === undefined ? blocks : [problem.message, ...blocks];
  const install_state = entry.current ? "installed_current" : "installed_superseded";
  const whyUnknown = statusOf === UNREAD ? UNREAD_STATUS : undefined;
  const eligibility = eligibilityOf(runtime_status, requirements, home.host ?? HOST_LEVEL, reasons, whyUnknown);
  if (summary === undefined || requirements === undefined) {
    const listed = { ...entry, install_state, runtime_status, eligibility } as const;
    return problem === undefined ? listed : { ...listed, problem };
  }
  const { skill_name, tool_count } = summary;
  const more = { install_state, skill_name, tool_count, runtime_status, requirements, eligibility } as const;
  const listed = joined(entry, more);
  return problem === undefined ? listed : { ...listed, problem };
}

type KnownBesides = Required<Omit<InventoryEntry, keyof InstalledEntry | "problem">>;

/** Field by field where there are the usual ones: a spread takes sixteen times as long, and lists have a thousand of them. */
function joined(entry: InstalledEntry, more: KnownBesides): InventoryEntry {
  if (entry.security_scan !== undefined || entry.rollback_snapshot !== undefined) return { ...entry, ...more };
  return {
    skill_id: entry.skill_id,
    version: entry.version,
    publisher: entry.publisher,
    current: entry.current,
    installed_at_unix_ms: entry.installed_at_unix_ms,
    artifact_sha256: entry.artifact_sha256,
    payload_sha256: entry.payload_sha256,
    signature_key_id: entry.signature_key_id,
    trust_decision: entry.trust_decision,
    source: entry.source,
    missing_secrets: entry.missing_secrets,
    install_state: more.install_state,
    skill_name: more.skill_name,
    tool_count: more.tool_count,
    runtime_status: more.runtime_status,
    requirements: more.requirements,
    eligibility: more.eligibility,
  };
}

export type StatusLookup = (skillId: string, version: string) => EffectiveStatus;

/** All statuses at once. A journal that is not there or cannot be opened knows nothing, and nothing is created (spec 11.4). */
export async function readStatuses(home: Home, call: Call): Promise<StatusLookup> {
  try {
    const journal = await home.openJournal(home.places.journal, { create: false });
    if (journal === undefined) return NO_STATUSES;
    try {
      return await journal.statuses();
    } finally {
      await journal.close();
    }
  } catch (error) {
    if (!(error instanceof PalyraError) || error.code !== "JournalUnavailable") throw error;
    call.warn(`the journal ${home.places.journal} cannot be read, so no status is known`);
    return UNREAD;
  }
}

const NO_STATUSES: StatusLookup = () => ({ status: "unknown", source: "unknown" });
/** Another one, so that it can be told apart: the document has no place for the difference but in the reasons. */
const UNREAD: StatusLookup = (skillId, version) => NO_STATUSES(skillId, version);

/** An error of one skill as a part of a document; one that is not ours is thrown on. */
export async function problemOf(error: unknown): Promise<Problem> {
  const { tellingOf } = await import("../wording/sentences.ts");
  const telling = tellingOf(error);
  if (telling === undefined) throw error;
  return { code: telling.code, message: telling.message };
}

function requirementsOf({ required_protocol_major, min_palyra_version }: ManifestSummary): Requirements {
  return { required_protocol_major, min_palyra_version };
}
