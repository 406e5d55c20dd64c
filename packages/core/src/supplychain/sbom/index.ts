/** The SBOM of an artifact: its components, and whether it is as CycloneDX's schemas want it. */
export { componentsOf, type SbomComponent, type SbomHash, type SbomLicense, subjectComponent } from "./components.ts";
export { SBOM_VERSIONS, type SbomValidity, type SchemaFault, validateSbom } from "./schema.ts";
