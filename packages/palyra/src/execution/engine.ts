/** Skills with which nothing is wrong, and whose modules this host's engine cannot run (spec 4.5). */
import type { VerifiedArtifact } from "palyra-skills/artifact";
import type { Platform } from "palyra-skills/platform";
import { missingFeatures, readModule } from "palyra-skills/wasm";
import { PalyraError } from "../errors.ts";
import { modulePathsOf } from "./modules.ts";
import type { OpenedSkill } from "./resolve.ts";

/** Undefined: the engine has all that they use. It sees small modules of our own, and none of theirs (T24). */
export async function unsupportedBy(
  platform: Platform,
  { skillId: skill_id, version, artifact }: OpenedSkill,
): Promise<PalyraError<"EngineUnsupported"> | undefined> {
  const features = known.get(artifact) ?? (await missingIn(artifact, platform));
  known.set(artifact, features);
  if (features.length === 0) return undefined;
  return new PalyraError("EngineUnsupported", { skill_id, version, features, engine: platform.engine });
}

/** What was found of what is opened: lists ask for it again and again. */
const known = new WeakMap<VerifiedArtifact, readonly string[]>();

async function missingIn(artifact: VerifiedArtifact, platform: Platform): Promise<readonly string[]> {
  const features = new Set<string>();
  for (const path of modulePathsOf(artifact)) {
    const module = artifact.archive.get(path);
    const reading = module === undefined ? undefined : readModule(module.bytes);
    if (reading?.ok) for (const feature of await missingFeatures(reading.facts, platform)) features.add(feature);
  }
  return [...features];
}
