/** Papers that are held against the goods: SBOM, provenance, vulnerabilities, licences (spec 4.4, T15, T16). */
export type { NodePlace } from "./nodes.ts";
export { componentsOf, type SbomComponent, type SbomHash, type SbomLicense, subjectComponent } from "./sbom/index.ts";
export * from "./vulnerability/index.ts";
