import { decodeUtf8, shorten } from "../encoding/index.ts";
import { SkillError } from "../errors.ts";

/** The refusal of a structure (spec 1.6). `offset` counts from the start of the archive. */
export function zipFault(problem: string, offset: number, name?: Uint8Array): SkillError<"Zip"> {
  return new SkillError("Zip", { problem, offset, ...(name === undefined ? {} : { entry: shownName(name) }) });
}

/** The refusal of a name. */
export function pathFault(problem: string, offset: number, name: Uint8Array): SkillError<"InvalidArtifactPath"> {
  return new SkillError("InvalidArtifactPath", { path: shownName(name), problem, offset });
}

/** A name for an error: of one that is no text, each byte as the character of that number. */
export function shownName(name: Uint8Array): string {
  return shorten(decodeUtf8(name) ?? String.fromCharCode(...name.subarray(0, 256)), 256);
}
