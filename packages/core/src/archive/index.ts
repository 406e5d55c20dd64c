/** The `.palyra-skill` ZIP: paths, limits, layouts; a reader that accounts for every byte, and a deterministic writer. */
export type { Archive, ArchiveEntry, Layout, LayoutName } from "./archive.ts";
export { LAYOUTS, layoutOf, MANIFEST_PATH } from "./layout.ts";
export {
  MAX_ARCHIVE_BYTES,
  MAX_ENTRIES,
  MAX_ENTRY_BYTES,
  MAX_PATH_BYTES,
  MAX_SEGMENT_BYTES,
  MAX_TOTAL_BYTES,
} from "./limits.ts";
export { basicPathProblem, foldName, pathProblem } from "./path.ts";
export { readArchive } from "./read.ts";
export { type FileToWrite, writeArchive } from "./write.ts";
