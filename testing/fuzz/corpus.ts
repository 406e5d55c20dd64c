import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { unzipSync } from "fflate";

/** Bytes of a file that is worth changing: larger ones are slow and are mostly one thing over and over. */
const MAX_SEED_BYTES = 32 * 1024;

/**
 * Files of `../shared/<folder>`, below it as well, whose name ends as asked: none where that folder is not beside the
 * checkout. In the order of their names, so that a seed means the same on every machine that has the same files.
 */
export function sharedFiles(root: string, folder: string, ...endings: string[]): Uint8Array[] {
  const path = join(dirname(root), "shared", folder);
  if (!existsSync(path)) return [];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((file) => new Uint8Array(readFileSync(file)))
    .filter((bytes) => bytes.length <= MAX_SEED_BYTES);
}

export const ownFile = (root: string, path: string): Uint8Array => new Uint8Array(readFileSync(join(root, path)));

/** Entries of archives that a lenient reader can unpack, by the end of their path; no copies. */
export function entriesOf(archives: readonly Uint8Array[], ending: string): Uint8Array[] {
  const found = new Map<string, Uint8Array>();
  for (const archive of archives) {
    for (const bytes of Object.values(unpacked(archive, ending))) found.set(Buffer.from(bytes).toString("latin1"), bytes);
  }
  return [...found.values()];
}

function unpacked(archive: Uint8Array, ending: string): Record<string, Uint8Array> {
  try {
    return unzipSync(archive, {
      filter: ({ name, originalSize }) => name.endsWith(ending) && originalSize > 0 && originalSize <= MAX_SEED_BYTES,
    });
  } catch {
    return {};
  }
}

/** Bytes of all entries of an archive that is worth changing: bombs would take all the time. */
const MAX_SEED_CONTENT_BYTES = 256 * 1024;

export const quickSeeds = (archives: readonly Uint8Array[]): Uint8Array[] =>
  archives.filter((archive) => inflatedSize(archive) <= MAX_SEED_CONTENT_BYTES);

/** As the archive says. */
function inflatedSize(archive: Uint8Array): number {
  let size = 0;
  try {
    unzipSync(archive, {
      filter: ({ originalSize }) => {
        size += originalSize;
        return false;
      },
    });
  } catch {
    // What cannot be listed is small.
  }
  return size;
}
