import { lstatSync } from "node:fs";
import { MAX_ARCHIVE_BYTES, MAX_ENTRIES, MAX_TOTAL_BYTES } from "palyra-skills/archive";
import { toHex } from "palyra-skills/encoding";
import type { Sha256 } from "palyra-skills/platform";
import { asIo, FilesHash, type HashedFile, type Hashing, hashFile, type ListedFolder, listFolder } from "../../files/index.ts";
import { ARTIFACT_FILE, type InstalledEntry, type SkillsFolder } from "../../installed/index.ts";

/** What lies in the folder of an installed version now: what is there, and the artifact's digest. */
export interface VersionFolder {
  readonly path: string;
  readonly listed: ListedFolder;
  /** Absent: no plain file has its name. */
  readonly artifact?: HashedFile;
}

/** Files and folders, our own two files included. */
const MAX_LISTED = 4 * MAX_ENTRIES;
/** Bytes of all but the artifact. */
const MAX_EXTRACTED_BYTES = MAX_TOTAL_BYTES + 1024 * 1024;

/** Undefined: there is no folder. `Io`. */
export function lookAtVersion(
  folder: SkillsFolder,
  { skill_id, version }: InstalledEntry,
  hashing: Hashing,
): VersionFolder | undefined {
  const path = folder.version(skill_id, version);
  if (isLink(folder.skill(skill_id)) || isLink(path)) return { path, listed: LINKED };
  const listed = listFolder(path, MAX_LISTED);
  if (listed === undefined) return undefined;
  const isThere = listed.files.some((file) => file.path === ARTIFACT_FILE && file.kind === "file");
  const artifact = isThere ? hashFile(`${path}/${ARTIFACT_FILE}`, MAX_ARCHIVE_BYTES, hashing) : undefined;
  return { path, listed, ...(artifact === undefined ? {} : { artifact }) };
}

/** What a link leads to may be anybody's, and another by the time that it is read: it is told as one in the artifact's place, and not read. */
const LINKED: ListedFolder = { files: [{ path: ARTIFACT_FILE, kind: "link" }], whole: true };

function isLink(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  } catch (error) {
    throw asIo("read", path, error);
  }
}

/** Goes on with a hash, by all files but the artifact, names included. Undefined: something is there that is no file, or too much. `Io`. */
export function hashExtracted(
  { path: folder, listed }: VersionFolder,
  hashing: Hashing,
  begun: Sha256,
): { readonly digest: Uint8Array; readonly bytes: number } | undefined {
  if (!listed.whole) return undefined;
  const hash = new FilesHash(hashing, begun);
  let bytes = 0;
  for (const { path, kind } of listed.files) {
    if (path === ARTIFACT_FILE) continue;
    const added = kind === "file" ? hash.addFile(path, `${folder}/${path}`, MAX_EXTRACTED_BYTES - bytes) : undefined;
    if (added === undefined) return undefined;
    bytes += added;
  }
  return { digest: hash.digest(), bytes };
}

/** The same digest of what should lie there. */
export function hashExpected(
  files: readonly { readonly path: string; readonly bytes: Uint8Array }[],
  hashing: Hashing,
  begun: Sha256,
): Uint8Array {
  const hash = new FilesHash(hashing, begun);
  for (const { path, bytes } of files.toSorted((a, b) => (a.path < b.path ? -1 : 1))) hash.addBytes(path, bytes);
  return hash.digest();
}

/** Of one file in hex; what it is instead, where there is none to be had. `Io`. */
export function digestOfFile({ path: folder }: VersionFolder, path: string, hashing: Hashing): string {
  const hashed = hashFile(`${folder}/${path}`, MAX_TOTAL_BYTES, hashing);
  if (hashed === undefined) return "gone";
  return hashed.sha256 === undefined ? "too large" : toHex(hashed.sha256);
}
