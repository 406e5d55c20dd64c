import { compareVersions } from "palyra-skills/manifest";
import { findEntry, type InstalledIndex } from "../installed/index.ts";
import type { EffectiveStatus, Journal } from "../journal/index.ts";
import type { Home } from "./home.ts";

/** What the journal says at one moment, as far as changes rest on it. */
export interface Standing {
  readonly status: (skillId: string, version: string) => EffectiveStatus;
  /** Every version of the skill in question that was ever installed through us. */
  readonly everInstalled: readonly string[];
}

const NOTHING_KNOWN: Standing = {
  status: () => ({ status: "unknown", source: "unknown" }),
  everInstalled: [],
};

/** Opens the journal for reading, if there is one; creates nothing. */
export async function lookStanding(home: Home, skillId: string): Promise<Standing> {
  const journal = await home.openJournal(home.places.journal, { create: false });
  if (journal === undefined) return NOTHING_KNOWN;
  try {
    return await readStanding(journal, skillId);
  } finally {
    await journal.close();
  }
}

export async function readStanding(journal: Journal, skillId: string): Promise<Standing> {
  const status = await journal.statuses();
  const events = await journal.events({ kinds: ["skill.installed", "skill.updated"], skillId, last: Number.MAX_SAFE_INTEGER });
  return { status, everInstalled: events.flatMap((event) => versionOfPayload(event.payload_json) ?? []) };
}

/** The highest version of the skill that is installed or ever was: a lower one is a downgrade, removed or not (spec 5, T8, T31). */
export function highestEver(index: InstalledIndex, skillId: string, standing: Standing): string | undefined {
  const installed = index.entries.filter((entry) => entry.skill_id === skillId).map((entry) => entry.version);
  return [...installed, ...standing.everInstalled].toSorted(compareVersions).at(-1);
}

/** The version whose status a new one starts with: the current one, else the last that was left when all were removed. */
export function predecessor(index: InstalledIndex, skillId: string, standing: Standing): string | undefined {
  const current = index.entries.find((entry) => entry.skill_id === skillId && entry.current);
  return current?.version ?? highestEver(index, skillId, standing);
}

export function isInstalled(index: InstalledIndex, skillId: string, version: string): boolean {
  return findEntry(index, skillId, version) !== undefined;
}

function versionOfPayload(payloadJson: string): string | undefined {
  const payload: unknown = JSON.parse(payloadJson);
  const version = typeof payload === "object" && payload !== null && "version" in payload ? payload.version : undefined;
  return typeof version === "string" ? version : undefined;
}
