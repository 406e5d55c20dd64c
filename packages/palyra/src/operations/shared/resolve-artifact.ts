import { stat } from "node:fs/promises";
import { SkillError } from "palyra-skills";
import { MAX_ARCHIVE_BYTES } from "palyra-skills/archive";
import { openArtifact, type VerifiedArtifact } from "palyra-skills/artifact";
import { toHex } from "palyra-skills/encoding";
import { isSkillId, parseVersion } from "palyra-skills/manifest";
import type { Call } from "../../call.ts";
import { PalyraError } from "../../errors.ts";
import { readBounded } from "../../files/index.ts";
import { ofFile, refusedOf } from "../../files/of-file.ts";
import { type InstalledEntry, readIndex } from "../../installed/index.ts";
import type { Home } from "../../lifecycle/home.ts";
import { openInstalled, recoverForReading, requireInstalled } from "../../lifecycle/index.ts";

/** An artifact that a person named, and which one it is. */
export interface NamedArtifact {
  readonly reference: string;
  /** The version that is installed; absent: a file. */
  readonly installed?: InstalledEntry;
  readonly artifact: VerifiedArtifact;
  readonly artifactSha256: string;
}

/** `sha256:` or not, in either case. */
const DIGEST = /^(?:sha256:)?([0-9a-f]{64})$/i;

/**
 * An artifact by a file, by what is installed (`acme.echo@1.2.0`, or `acme.echo` for the current version), or by the digest of an installed
 * one (payload or artifact). A file that is there is meant before a skill of the same name. Its signature has held then; whether its key is
 * trusted nobody asked.
 */
export async function resolveArtifact(home: Home, reference: string, call: Call): Promise<NamedArtifact> {
  const isFile = await isThere(reference);
  const named = isFile ? undefined : installedReference(reference);
  if (named === undefined) return fromFile(home, reference, call);
  await recoverForReading(home, call);
  const installed = await findInstalled(home, named);
  return { reference, installed, artifact: await openInstalled(home, installed), artifactSha256: installed.artifact_sha256 };
}

type InstalledReference =
  | { readonly digest: string; readonly text: string }
  | { readonly skillId: string; readonly version?: string };

/** Undefined: only a file can be meant. */
function installedReference(text: string): InstalledReference | undefined {
  const digest = DIGEST.exec(text)?.[1]?.toLowerCase();
  if (digest !== undefined) return { digest, text };
  const at = text.lastIndexOf("@");
  const [skillId, version] = at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
  if (!isSkillId(skillId) || skillId.endsWith(".palyra-skill")) return undefined;
  if (version === undefined) return { skillId };
  return parseVersion(version) === undefined ? undefined : { skillId, version };
}

async function findInstalled({ places }: Home, named: InstalledReference): Promise<InstalledEntry> {
  const index = await readIndex(places.skillsRoot);
  if ("skillId" in named) return requireInstalled(index, named.skillId, named.version);
  const found = index.entries.find((entry) => [entry.artifact_sha256, entry.payload_sha256].includes(named.digest));
  if (found === undefined) throw new PalyraError("NotInstalled", { skill_id: named.text });
  return found;
}

async function fromFile(home: Home, reference: string, call: Call): Promise<NamedArtifact> {
  call.progress("verifying the artifacts");
  const read = await readBounded(reference, MAX_ARCHIVE_BYTES);
  if (!read.ok) throw refusedOf(reference, new SkillError("ArtifactTooLarge", { actual: read.size, limit: MAX_ARCHIVE_BYTES }));
  const artifact = await ofFile(reference, () => openArtifact(read.bytes, home.platform, home.host));
  return { reference, artifact, artifactSha256: toHex(home.platform.sha256().update(read.bytes).digest()) };
}

async function isThere(file: string): Promise<boolean> {
  try {
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}
