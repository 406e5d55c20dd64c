/** The managed directory: layout, index, names, cached artifacts (spec 5.1). */
export type { InstalledEntry, SecretKey, Source, SourceKind } from "./entry.ts";
export { folderPlace } from "./folder-place.ts";
export {
  currentOf,
  EMPTY_INDEX,
  findEntry,
  type InstalledIndex,
  indexDocument,
  parseIndex,
  readIndexDocument,
  versionsOf,
  withCurrent,
  withEntry,
  withoutEntry,
  writeIndex,
} from "./installed-index.ts";
export { KeptIndex } from "./kept-index.ts";
export { ARTIFACT_FILE, METADATA_FILE, SKILL_DATA, type SkillsFolder, skillsFolder } from "./layout.ts";
export { KeptSummaries, type ManifestSummary, summariesOf, summaryOf } from "./list-cache.ts";
export { IndexLook } from "./marks.ts";
export { writeMetadata } from "./metadata.ts";
export { checkInstallNames, MAX_SKILL_FOLDER_BYTES, skillFolderProblem } from "./names.ts";
export { type InstalledArtifact, MAX_INDEX_BYTES, readIndex, readInstalled } from "./read.ts";
export { Verdicts } from "./verdicts.ts";
