import { CursorEnd, toHex } from "../encoding/index.ts";
import { SkillError } from "../errors.ts";
import type { Platform } from "../platform/index.ts";
import type { Archive, ArchiveEntry } from "./archive.ts";
import { readCentralRecords } from "./central.ts";
import { checkContent, inflateEntry } from "./content.ts";
import { readEnd } from "./end.ts";
import { type NamedEntry, nameEntries } from "./entries.ts";
import { zipFault } from "./fault.ts";
import { MAX_ARCHIVE_BYTES } from "./limits.ts";
import { type LocatedEntry, locateEntries } from "./local.ts";

/**
 * Reads an archive in full: spec 1.5, step 1, with all that spec 1.6 refuses. Every byte is accounted for, so no other
 * reader can see other entries in it.
 * @param bytes must not change until the promise is settled; contents of stored entries are views of it
 * @param visit is called with each file in path order, while those behind it still inflate
 * @throws SkillError `ArtifactTooLarge`, `Zip`, `ArtifactTooManyEntries`, `InvalidArtifactPath`, `ArtifactEntryTooLarge`,
 * `DuplicateArtifactEntry`, and nothing else but what `visit` throws
 */
export async function readArchive(
  bytes: Uint8Array,
  platform: Platform,
  visit?: (entry: ArchiveEntry) => void,
): Promise<Archive> {
  if (bytes.length > MAX_ARCHIVE_BYTES) {
    throw new SkillError("ArtifactTooLarge", { actual: bytes.length, limit: MAX_ARCHIVE_BYTES });
  }
  const entries = nameEntries(readStructure(bytes));
  return archiveOf(await readContents(entries, platform, visit), bytes.length);
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

/** Inflates all entries side by side, as far as the platform can, and checks each as soon as its turn in path order comes. */
async function readContents(
  entries: readonly NamedEntry[],
  platform: Platform,
  visit: ((entry: ArchiveEntry) => void) | undefined,
): Promise<ArchiveEntry[]> {
  const started = entries.map((entry) => ({ entry, inflated: inflateEntry(entry, platform) }));
  // What is still under way when an entry is refused has nobody to report to.
  for (const { inflated } of started) inflated.catch(() => undefined);
  const files: ArchiveEntry[] = [];
  for (const { entry, inflated } of started) {
    const bytes = checkContent(entry, await inflated, platform);
    if (entry.record.isFolder) continue;
    const file = { path: entry.path, bytes, sha256: toHex(platform.sha256().update(bytes).digest()) };
    visit?.(file);
    files.push(file);
  }
  return files;
}

function archiveOf(entries: readonly ArchiveEntry[], size: number): Archive {
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  return { entries, size, get: (path) => byPath.get(path) };
}
