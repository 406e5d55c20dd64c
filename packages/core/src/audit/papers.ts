import type { ArchiveEntry } from "../archive/index.ts";
import { decodeUtf8, positionsAt } from "../encoding/index.ts";
import type { NodePlace } from "../supplychain/index.ts";
import type { Finding, Place } from "./finding.ts";

/** What a rule found in the SBOM or in the provenance, before anybody knows the line that it stands on. */
export interface PaperFinding extends Omit<Finding, "place"> {
  readonly at: NodePlace;
}

/** With line and column, in one pass over the text; it is only read where there is something to say of it. */
export function placed(found: readonly PaperFinding[], file: string, files: readonly ArchiveEntry[]): readonly Finding[] {
  if (found.length === 0) return [];
  const entry = files.find(({ path }) => path === file);
  const text = (entry && decodeUtf8(entry.bytes)) ?? "";
  const positions = positionsAt(
    text,
    found.map(({ at }) => at.offset),
  );
  return found.map(({ at, ...rest }) => ({ ...rest, place: placeOf(at, file, entry && positions.get(at.offset)) }));
}

function placeOf(
  { path }: NodePlace,
  file: string,
  position: { readonly line: number; readonly column: number } | undefined,
): Place {
  return {
    file,
    ...(position === undefined ? {} : { line: position.line, column: position.column }),
    ...(path === "" ? {} : { field: path }),
  };
}

/** Lower-case hex of SHA-256 by path. */
export const digestsOf = (files: readonly ArchiveEntry[]): ReadonlyMap<string, string> =>
  new Map(files.map(({ path, sha256 }) => [path, sha256]));

/** The one file whose path ends with a name, by that name; undefined for a name that several have. */
export function filesByEnding(paths: Iterable<string>): ReadonlyMap<string, string | undefined> {
  const endings = new Map<string, string | undefined>();
  for (const path of paths) {
    for (let slash = path.indexOf("/"); slash !== -1; slash = path.indexOf("/", slash + 1)) {
      const ending = path.slice(slash + 1);
      endings.set(ending, endings.has(ending) ? undefined : path);
    }
  }
  return endings;
}
