/** What makes artifacts: keys, sources, the SBOM and the provenance of what is really there, the package itself. */
export { runBuild } from "./build-command.ts";
export { buildFolder, type FolderFiles, type FolderRequest, filesOf, listSources } from "./folder.ts";
export { generateKey, writeKeyFile } from "./keygen.ts";
export { linkRemarks } from "./links.ts";
export { readLockFiles } from "./lockfile.ts";
export { refuseInputAsOutput } from "./output.ts";
export { type PackageDocument, type PackageRequest, packageSkill } from "./package.ts";
export { type RebuildDocument, type RebuiltEntry, rebuildSkill } from "./rebuild.ts";
export { schemaRemarks } from "./schema-remarks.ts";
export { signingTime } from "./time.ts";
export { type FileIdentity, type SourceWatch, watchSources } from "./watch.ts";
