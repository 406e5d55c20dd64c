export { type BuildInput, type BuiltArtifact, buildArtifact, type SourceFile } from "./build.ts";
export { openArtifact, VerifiedArtifact } from "./open.ts";
