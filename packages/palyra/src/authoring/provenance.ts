/**
 * The provenance of a package: an in-toto Statement v1 with an SLSA v1 predicate, and `builder` at the top as well, where
 * Palyra's reader looks for it (spec 1.5, step 4). It says what this program saw, and nothing of how the modules were made.
 */
import { type JsonObject, writeJson } from "palyra-skills/encoding";
import type { SourceRepository } from "./repository.ts";

export interface ProvenanceInput {
  /** Modules of the artifact with the lower-case hex of their SHA-256. */
  readonly modules: readonly { readonly path: string; readonly sha256: string }[];
  /** SHA-256 of the author's manifest, lower-case hex. */
  readonly manifestSha256: string;
  readonly skillId: string;
  readonly version: string;
  readonly repository: SourceRepository | undefined;
  readonly lockedPackages: number;
  readonly toolVersion: string;
}

const BUILD_TYPE = "urn:palyra-skills:build:package:v1";
const BUILDER_ID = "urn:palyra-skills:builder:palyra";

export function writeProvenance(input: ProvenanceInput): string {
  const statement: JsonObject = {
    _type: "https://in-toto.io/Statement/v1",
    subject: input.modules.map(({ path, sha256 }) => ({ name: path, digest: { sha256 } })),
    predicateType: "https://slsa.dev/provenance/v1",
    predicate: {
      buildDefinition: {
        buildType: BUILD_TYPE,
        externalParameters: {
          skill_id: input.skillId,
          version: input.version,
          manifest: { digest: { sha256: input.manifestSha256 } },
        },
        internalParameters: { locked_packages: input.lockedPackages },
        resolvedDependencies: source(input.repository),
      },
      runDetails: { builder: { id: BUILDER_ID, version: { palyra: input.toolVersion } } },
    },
    builder: { id: BUILDER_ID },
  };
  return `${writeJson(statement, { indent: 2 })}\n`;
}

/** The repository as a resource descriptor; none where neither its address nor its commit is known. */
function source(repository: SourceRepository | undefined): JsonObject[] {
  const { url, commit } = repository ?? {};
  if (url === undefined && commit === undefined) return [];
  return [
    {
      name: "source",
      ...(url === undefined ? {} : { uri: `git+${url}` }),
      ...(commit === undefined ? {} : { digest: { gitCommit: commit } }),
    },
  ];
}
