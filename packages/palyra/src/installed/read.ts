import { MAX_ARCHIVE_BYTES } from "palyra-skills/archive";
import { toHex } from "palyra-skills/encoding";
import type { Platform } from "palyra-skills/platform";
import { PalyraError } from "../errors.ts";
import { ifThere, readRegular } from "../files/index.ts";
import type { InstalledEntry } from "./entry.ts";
import { EMPTY_INDEX, type InstalledIndex, parseIndex } from "./installed-index.ts";
import { skillsFolder } from "./layout.ts";

/** Bytes; an entry takes less than one kilobyte. */
export const MAX_INDEX_BYTES = 64 * 1024 * 1024;

/** The index of a skills folder; empty where there is none. `IndexInvalid`, `Io`. Creates nothing. */
export async function readIndex(skillsRoot: string): Promise<InstalledIndex> {
  const file = skillsFolder(skillsRoot).index;
  // A pipe would be waited for, and a device has no end: plain files only, of a bounded size (T25).
  const read = await readRegular(file, MAX_INDEX_BYTES);
  if (read === undefined) return EMPTY_INDEX;
  if (!read.ok) throw new PalyraError("Io", { action: "read", file, code: "EFBIG", limit: MAX_INDEX_BYTES });
  return parseIndex(read.bytes, file);
}

/** The cached artifact of an installed version, hashed as it is now (T1, T12). */
export type InstalledArtifact =
  | { readonly state: "intact"; readonly path: string; readonly bytes: Uint8Array }
  /** Not the bytes that were installed. `sha256` null: more than an artifact may have, not read. */
  | { readonly state: "changed"; readonly path: string; readonly sha256: string | null }
  | { readonly state: "missing"; readonly path: string };

/** Reads and hashes the cached artifact once: what is used afterwards are these very bytes. `Io`. */
export async function readInstalled(skillsRoot: string, entry: InstalledEntry, platform: Platform): Promise<InstalledArtifact> {
  const path = skillsFolder(skillsRoot).artifact(entry.skill_id, entry.version);
  const read = await ifThere(() => readRegular(path, MAX_ARCHIVE_BYTES), ["ENOENT", "ENOTDIR"]);
  if (read === undefined) return { state: "missing", path };
  if (!read.ok) return { state: "changed", path, sha256: null };
  const sha256 = toHex(platform.sha256().update(read.bytes).digest());
  return sha256 === entry.artifact_sha256 ? { state: "intact", path, bytes: read.bytes } : { state: "changed", path, sha256 };
}
