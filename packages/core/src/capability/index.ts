/** What a skill asks for and what its modules import, in the terms of spec 2.5 and 4.6. */
export { toolchainBaseline } from "./baseline.ts";
export {
  diffGrants,
  GRANT_CLASSES,
  type Grant,
  type GrantClass,
  type GrantDiff,
  parseGrant,
  requestedGrants,
} from "./grant-diff.ts";
export { type CapabilityGrants, capabilityGrants, type PolicyBinding, policyBindings } from "./grants.ts";
export type { ImportClass, ImportNeed } from "./host-function.ts";
export { PALYRA_HOST_CAPABILITIES, PALYRA_SKILLS_HOST } from "./host-interfaces.ts";
export { classifyImport, type ImportGrant, isImportDeclared } from "./imports.ts";
export { DECLARED_USES, type DeclaredUse, reachedClasses, usesOfImport } from "./uses.ts";
