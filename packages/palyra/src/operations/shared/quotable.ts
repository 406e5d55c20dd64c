import type { Archive } from "palyra-skills/archive";
import { type Reported, resultsOf } from "palyra-skills/audit";
import type { Platform } from "palyra-skills/platform";

/**
 * The files in which lines were found, by their entries: all that is kept of an artifact once it is audited. Copies, since entries are
 * views of the whole archive, and hundreds of those would stay in memory with them.
 */
export function quotable(report: Reported, archive: Archive, platform: Platform): ReadonlyMap<string, Uint8Array> {
  const named = new Set(resultsOf(report, platform).flatMap(({ place }) => (place?.line === undefined ? [] : [place.file])));
  return new Map(archive.entries.filter(({ path }) => named.has(path)).map(({ path, bytes }) => [path, bytes.slice()]));
}
