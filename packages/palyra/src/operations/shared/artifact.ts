import { SkillError } from "palyra-skills";
import { MAX_ARCHIVE_BYTES } from "palyra-skills/archive";
import { openArtifact, type VerifiedArtifact } from "palyra-skills/artifact";
import type { Call } from "../../call.ts";
import { readBounded } from "../../files/index.ts";
import { ofFile, refusedOf } from "../../files/of-file.ts";
import type { Home } from "../../lifecycle/home.ts";

/** Reads and verifies a file: the ten checks of spec 1.5. One that is too large is refused without being read whole. */
export async function openArtifactFile(home: Home, file: string, call: Call): Promise<VerifiedArtifact> {
  call.progress("verifying the artifact");
  const read = await readBounded(file, MAX_ARCHIVE_BYTES);
  if (!read.ok) throw refusedOf(file, new SkillError("ArtifactTooLarge", { actual: read.size, limit: MAX_ARCHIVE_BYTES }));
  return ofFile(file, () => openArtifact(read.bytes, home.platform, home.host));
}
