/** The SBOM of a package (CycloneDX 1.6, JSON): the skill, the files that are packed, what its lock file says it was built from. */
import * as Enums from "@cyclonedx/cyclonedx-library/Enums";
import * as Models from "@cyclonedx/cyclonedx-library/Models";
import * as Serialize from "@cyclonedx/cyclonedx-library/Serialize";
import * as Spec from "@cyclonedx/cyclonedx-library/Spec";
import { type LockedPackage, lockedPurl } from "palyra-skills/supplychain";

export interface SbomInput {
  readonly skillId: string;
  readonly version: string;
  readonly publisher: string;
  readonly description: string;
  /** Entries of the artifact with the lower-case hex of their SHA-256. */
  readonly files: readonly { readonly path: string; readonly sha256: string }[];
  readonly packages: readonly LockedPackage[];
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Of this program. */
  readonly toolVersion: string;
}

/** The document as text. The same input gives the same text: no random serial number, every reference named by us. */
export function writeSbom(input: SbomInput): string {
  const root = new Models.Component(Enums.ComponentType.Application, input.skillId, {
    version: input.version,
    publisher: input.publisher,
    description: input.description,
    bomRef: `skill:${input.skillId}@${input.version}`,
  });
  const tool = new Models.Component(Enums.ComponentType.Application, "palyra", {
    version: input.toolVersion,
    bomRef: "tool:palyra",
  });
  const tools = new Models.Tools({ components: new Models.ComponentRepository([tool]) });
  const components = [...input.files.map(fileComponent), ...input.packages.map(libraryComponent)];
  for (const component of components) root.dependencies.add(component.bomRef);
  const bom = new Models.Bom({
    metadata: new Models.Metadata({ timestamp: new Date(input.now), component: root, tools }),
    components: new Models.ComponentRepository(components),
  });
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));
  return `${serializer.serialize(bom, { sortLists: true, space: 2 })}\n`;
}

function fileComponent({ path, sha256 }: SbomInput["files"][number]): Models.Component {
  return new Models.Component(Enums.ComponentType.File, path, {
    bomRef: `file:${path}`,
    hashes: new Models.HashDictionary([[Enums.HashAlgorithm["SHA-256"], sha256]]),
  });
}

const SCOPES = {
  shipped: Enums.ComponentScope.Required,
  unknown: Enums.ComponentScope.Required,
  optional: Enums.ComponentScope.Optional,
  development: Enums.ComponentScope.Excluded,
} as const satisfies { readonly [Use in LockedPackage["use"]]: Enums.ComponentScope };

function libraryComponent(locked: LockedPackage): Models.Component {
  const { name, version, license, hashes } = locked;
  const purl = lockedPurl(locked);
  const scope = SCOPES[locked.use];
  const component = new Models.Component(Enums.ComponentType.Library, name, { version, purl, bomRef: purl, scope });
  // A package of several files has a digest for each, and a component can have one.
  for (const { algorithm, hex } of hashes)
    if (hashes.filter((each) => each.algorithm === algorithm).length === 1)
      component.hashes.set(Enums.HashAlgorithm[algorithm], hex);
  if (license !== undefined) component.licenses.add(new Models.NamedLicense(license));
  return component;
}
