import { type ArchiveEntry, MANIFEST_PATH } from "../archive/index.ts";
import type { VerifiedArtifact } from "../artifact/index.ts";
import { decodeUtf8, type JsonValue } from "../encoding/index.ts";
import type { Changes } from "./change.ts";

/**
 * Files by their digests, with their sizes; assets that are text by their words as well, since a model may read them (spec 9.2). Not the
 * manifest, whose fields are compared and which differs whenever a digest does; not the signature document. SBOM and provenance go by what
 * they are, since the layouts have them in two places (spec 1.1).
 */
export function compareFiles(changes: Changes, old: VerifiedArtifact, next: VerifiedArtifact): void {
  const [before, after] = [filesOf(old), filesOf(next)];
  const texts = new Texts();
  for (const [path, was] of before) {
    const is = after.get(path);
    if (was.sha256 === is?.sha256) continue;
    if (is === undefined) changes.removed("files", path, inBrief(was));
    else changes.changed("files", path, inBrief(was), inBrief(is));
    compareText(changes, path, texts.of(was), is && texts.of(is));
  }
  for (const [path, is] of after) {
    if (before.has(path)) continue;
    changes.added("files", path, inBrief(is));
    compareText(changes, path, undefined, texts.of(is));
  }
}

function compareText(changes: Changes, path: string, was: string | undefined, is: string | undefined): void {
  if (was !== undefined && is !== undefined) changes.changed("files", textPath(path), was, is);
  else if (was !== undefined) changes.removed("files", textPath(path), was);
  else if (is !== undefined) changes.added("files", textPath(path), is);
}

/** Of the words of an asset; the digest of the file is at its own path. */
const textPath = (path: string): string => `files[${path}].text`;

/** Whether this is the words of an asset. */
export const isAssetText = (path: string): boolean => path.startsWith("files[assets/") && path.endsWith("].text");

/** Bytes of one text that is shown, and of all: of what is larger digests have to do. */
const MAX_TEXT = 64 * 1024;
const MAX_TEXTS = 1024 * 1024;

class Texts {
  #room = MAX_TEXTS;

  /** Undefined: it is no asset, no text, or too long. */
  of({ path, bytes }: ArchiveEntry): string | undefined {
    if (!path.startsWith("assets/") || bytes.length > Math.min(MAX_TEXT, this.#room)) return undefined;
    const text = decodeUtf8(bytes);
    if (text === undefined || text.includes("\0")) return undefined;
    this.#room -= bytes.length;
    return text;
  }
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
