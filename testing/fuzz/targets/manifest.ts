import { capabilityGrants, policyBindings } from "../../../packages/core/src/capability/index.ts";
import { SkillError } from "../../../packages/core/src/errors.ts";
import {
  checkCompatibility,
  HOST_LEVEL,
  type Manifest,
  manifestWarnings,
  packManifest,
  parseManifest,
  requiresReview,
} from "../../../packages/core/src/manifest/index.ts";
import { sharedFiles } from "../corpus.ts";
import { ACCEPTED, Broken, mustEqual, type Outcome, refusedWith, type Target } from "../target.ts";
import { mutateText, TOML_PIECES } from "../text.ts";
import { sampleManifests } from "./samples.ts";

const CODES: readonly string[] = ["ManifestParse", "InvalidArtifactPath", "ManifestValidation"];
const FILES = [{ path: 'modules/"é\\.wasm', sha256: "0".repeat(64) }];

/** Spec 2: a refusal lists faults with their places; what is read can be packed, and packing what was packed changes nothing. */
export const manifest: Target = {
  name: "manifest",
  seeds: async (root) => ({
    good: [...sampleManifests(), ...sharedFiles(root, "conformance/manifest/accept", ".toml")],
    bad: sharedFiles(root, "conformance/manifest/reject", ".toml"),
  }),
  make: (random, corpus) => mutateText(corpus, random, TOML_PIECES),
  check,
};

function check(input: Uint8Array): Outcome {
  let read: Manifest;
  try {
    read = parseManifest(input);
  } catch (error) {
    if (!(error instanceof SkillError) || !CODES.includes(error.code)) throw error;
    checkFaults(error, input);
    return refusedWith(error.code);
  }
  manifestWarnings(read);
  requiresReview(read);
  capabilityGrants(read);
  policyBindings(read);
  checkHost(read);
  const packed = packManifest(input, FILES);
  mustEqual("what is packed says the same", parseManifest(packed), { ...read, integrity: { files: FILES } });
  mustEqual("packing what was packed changes nothing", packManifest(packed, FILES), packed);
  return ACCEPTED;
}

function checkFaults(error: SkillError, input: Uint8Array): void {
  const faults = "faults" in error.details ? (error.details.faults ?? []) : [];
  if (faults.length === 0) throw new Broken("a refusal lists faults", error.code);
  const lines = Buffer.from(input).toString("utf8").split("\n").length;
  for (const { line, column } of faults) {
    if ((line ?? 1) < 1 || (line ?? 1) > lines || (column ?? 1) < 1)
      throw new Broken("a fault lies in the text", { line, column });
  }
}

function checkHost(read: Manifest): void {
  try {
    checkCompatibility(read.compat, HOST_LEVEL);
  } catch (error) {
    if (!(error instanceof SkillError)) throw error;
  }
}
