import { SkillError } from "palyra-skills";
import { MAX_ARCHIVE_BYTES } from "palyra-skills/archive";
import { PalyraError } from "../errors.ts";
import { readBounded } from "../files/index.ts";
import { refusedOf } from "../files/of-file.ts";
import type { Source } from "../installed/index.ts";

/** The bytes of an artifact, from where it is said to be. Registries come with their own issue. `Io`, `ArtifactTooLarge`. */
export async function acquire(source: Source): Promise<Uint8Array> {
  if (source.kind !== "local_artifact")
    throw new PalyraError("Usage", { problem: `${source.kind} is no source that this release can install from` });
  const read = await readBounded(source.reference, MAX_ARCHIVE_BYTES);
  if (!read.ok)
    throw refusedOf(source.reference, new SkillError("ArtifactTooLarge", { actual: read.size, limit: MAX_ARCHIVE_BYTES }));
  return read.bytes;
}
