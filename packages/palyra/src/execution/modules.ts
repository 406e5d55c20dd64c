import type { VerifiedArtifact } from "palyra-skills/artifact";

/** Where the modules of an artifact lie. */
export const modulePathsOf = ({ archive }: VerifiedArtifact): readonly string[] =>
  archive.entries.map(({ path }) => path).filter((path) => path.startsWith("modules/") && path.endsWith(".wasm"));
