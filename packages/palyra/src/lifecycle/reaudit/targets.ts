import type { InstalledEntry } from "../../installed/index.ts";
import { subjectOf } from "./watch.ts";

/** What a pass looks at: the current version of each skill, all of one that has none (spec 5.4). Pure. */
export function targetsOf(entries: readonly InstalledEntry[]): readonly InstalledEntry[] {
  const withCurrent = new Set(entries.filter(({ current }) => current).map(({ skill_id }) => skill_id));
  return entries.filter(({ skill_id, current }) => current || !withCurrent.has(skill_id));
}

/** Suspects after all others, so that what one of them does comes too late for anybody (T19). */
export function suspectsLast(targets: readonly InstalledEntry[], suspects: ReadonlySet<string>): readonly InstalledEntry[] {
  if (suspects.size === 0) return targets;
  const isSuspect = (entry: InstalledEntry): boolean => suspects.has(subjectOf(entry));
  return [...targets.filter((entry) => !isSuspect(entry)), ...targets.filter(isSuspect)];
}
