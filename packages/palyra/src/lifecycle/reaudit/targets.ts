import type { InstalledEntry } from "../../installed/index.ts";

/** What a pass looks at: the current version of each skill, all of one that has none (spec 5.4). Pure. */
export function targetsOf(entries: readonly InstalledEntry[]): readonly InstalledEntry[] {
  const withCurrent = new Set(entries.filter(({ current }) => current).map(({ skill_id }) => skill_id));
  return entries.filter(({ skill_id, current }) => current || !withCurrent.has(skill_id));
}
