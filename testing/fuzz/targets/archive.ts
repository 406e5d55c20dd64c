import { type Archive, readArchive, writeArchive } from "../../../packages/core/src/archive/index.ts";
import { SkillError } from "../../../packages/core/src/errors.ts";
import { oracles } from "../../../packages/core/test/archive/oracles.ts";
import { nodePlatform, platforms } from "../../../packages/core/test/platforms.ts";
import { quickSeeds, sharedFiles } from "../corpus.ts";
import { bounded, type Corpus, mutate, seed } from "../mutate.ts";
import type { Random } from "../random.ts";
import { ACCEPTED, Broken, mustEqual, type Outcome, refusedWith, type Target } from "../target.ts";
import { forgedArchive } from "../zip.ts";
import { sampleArtifacts } from "./samples.ts";

const CODES: readonly string[] = [
  "ArtifactTooLarge",
  "ArtifactEntryTooLarge",
  "ArtifactTooManyEntries",
  "Zip",
  "InvalidArtifactPath",
  "DuplicateArtifactEntry",
];

/** Spec 1.2, 1.3, 1.6: what is read, every other reader sees the same, and writing it gives the same entries again. */
export const archive: Target = {
  name: "archive",
  seeds: async (root) => ({
    good: [
      ...(await sampleArtifacts()),
      ...quickSeeds(sharedFiles(root, "conformance/artifact/accept", ".palyra-skill")),
      ...sharedFiles(root, "corpora/zip-malo/accept", ".zip"),
    ],
    bad: [
      ...quickSeeds(sharedFiles(root, "conformance/artifact/reject", ".palyra-skill")),
      ...["iffy", "malicious", "reject"].flatMap((folder) => sharedFiles(root, `corpora/zip-malo/${folder}`, ".zip")),
    ],
  }),
  make: makeArchive,
  check,
};

/** Also where whole artifacts are wanted. */
export function makeArchive(random: Random, corpus: Corpus): Uint8Array {
  return bounded(random.oneIn(2) ? mutate(seed(random, corpus), random, corpus) : forgedArchive(random, corpus));
}

async function check(input: Uint8Array): Promise<Outcome> {
  const [ours, ...others] = await Promise.all(platforms.map((platform) => outcome(readArchive(input, platform))));
  for (const other of others) mustEqual("all platforms come to one verdict", verdict(other), verdict(ours));
  if (ours instanceof SkillError) {
    if (!CODES.includes(ours.code)) throw new Broken("an archive is refused with its own codes", ours.code);
    return refusedWith(ours.code);
  }
  if (ours === undefined) throw new Broken("there is a platform", platforms.length);
  const entries = seen(ours);
  const written = writeArchive(ours.entries);
  mustEqual("what is written again has the same entries", seen(await readArchive(written, nodePlatform)), entries);
  const expected = new Map(ours.entries.map(({ path, sha256 }) => [path, sha256]));
  for (const [name, read] of oracles) {
    if (name === "fflate" && hasWideFields(input)) continue;
    // One that refuses sees nothing else; zip.js does where only the local header announces a descriptor.
    const theirs = await read(input).catch(() => undefined);
    if (theirs !== undefined) mustEqual(`${name} sees the same`, sorted(theirs), sorted(expected));
  }
  return ACCEPTED;
}

/** fflate 0.8.3 takes zip64 sizes only where there is a zip64 end record, and else all bytes up to the archive's end. */
const hasWideFields = (input: Uint8Array): boolean => Buffer.from(input).includes("ffffffff", 0, "hex");

const seen = ({ entries }: Archive): string[] => entries.map(({ path, sha256 }) => `${path} ${sha256}`);
const sorted = (contents: ReadonlyMap<string, string>) => [...contents].toSorted(([a], [b]) => (a < b ? -1 : 1));

/** A code, not its words: platforms may say in other words why a stream is none. */
const verdict = (found: Archive | SkillError | undefined): unknown =>
  found instanceof SkillError ? found.code : found === undefined ? "" : seen(found);

/** What was read, or why not; whatever else is thrown stays thrown. */
export function outcome<T>(reading: Promise<T>): Promise<T | SkillError> {
  return reading.catch((error: unknown) => {
    if (error instanceof SkillError) return error;
    throw error;
  });
}
