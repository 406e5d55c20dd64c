/** Reading and writing whole artifacts: the ten checks of spec 1.5, and their mirror. */
export { type BuildInput, type BuiltArtifact, buildArtifact, type SourceFile } from "./build.ts";
export { isModulePath } from "./entries.ts";
export { openArtifact, VerifiedArtifact } from "./open.ts";
