import { CursorEnd, toHex } from "../encoding/index.ts";
import { SkillError } from "../errors.ts";
import type { Platform } from "../platform/index.ts";
import type { Archive, ArchiveEntry } from "./archive.ts";
import { readCentralRecords } from "./central.ts";
import { IncomingContent, type Sink } from "./content.ts";
import { readEnd } from "./end.ts";
import { type NamedEntry, nameEntries } from "./entries.ts";
import { zipFault } from "./fault.ts";
import { MAX_ARCHIVE_BYTES } from "./limits.ts";
import { type LocatedEntry, locateEntries } from "./local.ts";

/** Of a file's path and declared bytes. */
export type Follow = (path: string, size: number) => Sink | undefined;

/**
 * Reads an archive in full: spec 1.5, step 1, with all that spec 1.6 refuses. Every byte is accounted for, so no other
 * reader can see other entries in it.
 * @param bytes must not change until the promise is settled; contents of stored entries are views of it
 * @param follow is told of each file in path order, while it and those behind it still inflate; what it returns is given
 * the content. Neither is checked yet
 * @throws SkillError `ArtifactTooLarge`, `Zip`, `ArtifactTooManyEntries`, `InvalidArtifactPath`, `ArtifactEntryTooLarge`,
 * `DuplicateArtifactEntry`, and nothing else but what `follow` throws
 */
export async function readArchive(bytes: Uint8Array, platform: Platform, follow?: Follow): Promise<Archive> {
  if (bytes.length > MAX_ARCHIVE_BYTES) {
    throw new SkillError("ArtifactTooLarge", { actual: bytes.length, limit: MAX_ARCHIVE_BYTES });
  }
  const entries = nameEntries(readStructure(bytes));
  return archiveOf(await readContents(entries, platform, follow), bytes.length);
}

function readStructure(bytes: Uint8Array): LocatedEntry[] {
  try {
    const directory = readEnd(bytes);
    return locateEntries(bytes, readCentralRecords(bytes, directory), directory.start);
  } catch (fault) {
    if (fault instanceof CursorEnd) throw zipFault("a record that does not fit its place", fault.offset);
    throw fault;
  }
}

/** Inflates all entries side by side, or each in its turn where the platform cannot, and checks each when its turn in path order comes. */
async function readContents(
  entries: readonly NamedEntry[],
  platform: Platform,
  follow: Follow | undefined,
): Promise<ArchiveEntry[]> {
  const start = (entry: NamedEntry) => new IncomingContent(entry, platform);
  const started = platform.inflatesBeside ? entries.map(start) : [];
  const files: ArchiveEntry[] = [];
  for (const [index, entry] of entries.entries()) {
    const content = started[index] ?? start(entry);
    const { path, size, record } = entry;
    const { bytes, sha256 } = await content.checked(record.isFolder ? undefined : follow?.(path, size));
    if (!record.isFolder) files.push({ path, bytes, sha256: toHex(sha256) });
  }
  return files;
}

function archiveOf(entries: readonly ArchiveEntry[], size: number): Archive {
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  return { entries, size, get: (path) => byPath.get(path) };
}
