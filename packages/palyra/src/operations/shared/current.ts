import type { InstalledEntry, InstalledIndex } from "../../installed/index.ts";

/** What a command without an id is about: the current version of every skill (spec 11.4, 11.5). */
export function currentEntries(index: InstalledIndex): readonly InstalledEntry[] {
  return index.entries.filter((entry) => entry.current);
}
