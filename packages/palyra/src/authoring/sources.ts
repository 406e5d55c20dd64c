import { basename, isAbsolute, sep } from "node:path";
import { SkillError } from "palyra-skills";
import { MAX_ENTRY_BYTES } from "palyra-skills/archive";
import type { SourceFile } from "palyra-skills/artifact";
import { PalyraError } from "../errors.ts";
import { readRegular } from "../files/index.ts";

/** Bytes of one input file, never a pipe's or a device's (T25); a larger one is refused without being read whole. `ArtifactEntryTooLarge`, `Io`. Spec 1.2. */
export async function readSource(file: string): Promise<Uint8Array> {
  const read = await readRegular(file, MAX_ENTRY_BYTES);
  if (read === undefined) throw new PalyraError("Io", { action: "read", file, code: "ENOENT" });
  if (!read.ok) throw new SkillError("ArtifactEntryTooLarge", { path: file, actual: read.size, limit: MAX_ENTRY_BYTES });
  return read.bytes;
}

/** The files as entries of an artifact, in the order in which they were given. */
export function readSources(files: readonly string[]): Promise<SourceFile[]> {
  return Promise.all(files.map(async (file) => ({ path: entryName(file), bytes: await readSource(file) })));
}

/**
 * A file's name in the artifact (spec 11.2): its path as it was given where that is relative, its last part where it is
 * absolute. `./x` and `../x` stay what they are, which no artifact takes.
 */
export function entryName(file: string): string {
  if (isAbsolute(file)) return basename(file);
  return sep === "/" ? file : file.replaceAll(sep, "/");
}
