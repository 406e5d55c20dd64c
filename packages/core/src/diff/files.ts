import { type ArchiveEntry, MANIFEST_PATH } from "../archive/index.ts";
import type { VerifiedArtifact } from "../artifact/index.ts";
import type { JsonValue } from "../encoding/index.ts";
import type { Changes } from "./change.ts";

/**
 * Files by their digests, with their sizes. Not the manifest, whose fields are compared and which differs whenever a digest does; not the
 * signature document. SBOM and provenance go by what they are, since the layouts have them in two places (spec 1.1).
 */
export function compareFiles(changes: Changes, old: VerifiedArtifact, next: VerifiedArtifact): void {
  const [before, after] = [filesOf(old), filesOf(next)];
  for (const [path, was] of before) {
    const is = after.get(path);
    if (is === undefined) changes.removed("files", path, inBrief(was));
    else if (was.sha256 !== is.sha256) changes.changed("files", path, inBrief(was), inBrief(is));
  }
  for (const [path, is] of after) if (!before.has(path)) changes.added("files", path, inBrief(is));
}

const inBrief = ({ sha256, bytes }: ArchiveEntry): JsonValue => ({ sha256, bytes: bytes.byteLength });

function filesOf({ archive, layout }: VerifiedArtifact): ReadonlyMap<string, ArchiveEntry> {
  const papers: { readonly [path: string]: string } = { [layout.sbom]: "sbom.cdx.json", [layout.provenance]: "provenance.json" };
  return new Map(
    archive.entries
      .filter(({ path }) => path !== MANIFEST_PATH && path !== layout.signature)
      .map((entry) => [papers[entry.path] ?? entry.path, entry]),
  );
}
