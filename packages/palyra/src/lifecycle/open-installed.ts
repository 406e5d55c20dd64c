import { openArtifact, type VerifiedArtifact } from "palyra-skills/artifact";
import { PalyraError } from "../errors.ts";
import { type InstalledEntry, readInstalled, skillsFolder } from "../installed/index.ts";
import type { Home } from "./home.ts";

/**
 * Opens the cached artifact of an installed version: the bytes that are verified are the ones whose digest the index has.
 * `ArtifactDigestMismatch` where they are others or missing (T12), `IndexInvalid` where the index gives them another name.
 */
export async function openInstalled(home: Home, entry: InstalledEntry): Promise<VerifiedArtifact> {
  const cached = await readInstalled(home.places.skillsRoot, entry, home.platform);
  if (cached.state === "missing") throw mismatch(entry, null);
  if (cached.state === "changed") throw mismatch(entry, cached.sha256 ?? "more bytes than an artifact may have");
  const artifact = await openArtifact(cached.bytes, home.platform, home.host);
  requireIdentity(home, entry, artifact);
  return artifact;
}

function mismatch(entry: InstalledEntry, actual: string | null): PalyraError<"ArtifactDigestMismatch"> {
  const { skill_id, version, artifact_sha256: recorded } = entry;
  return new PalyraError("ArtifactDigestMismatch", { skill_id, version, recorded, actual });
}

// An index that calls one skill by another's name would lend it the other's status and trust. T1.
function requireIdentity({ places }: Home, entry: InstalledEntry, { manifest }: VerifiedArtifact): void {
  const faults = (["skill_id", "version", "publisher"] as const)
    .filter((field) => manifest[field] !== entry[field])
    .map((field) => ({
      path: `${entry.skill_id}@${entry.version}.${field}`,
      problem: "not what the artifact says",
      found: entry[field],
      allowed: manifest[field],
    }));
  if (faults.length > 0) throw new PalyraError("IndexInvalid", { file: skillsFolder(places.skillsRoot).index, faults });
}
