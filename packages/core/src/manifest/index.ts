/** `skill.toml` (spec 2): TOML 1.0 to a typed manifest with all faults at once, and what packing makes of it. */
export { MAX_DEPTH, MAX_VALUES, type TomlNode, type TomlStatement, type TomlTable, type TomlTree } from "../toml/index.ts";
export { DEFAULT_QUOTAS, MAX_ASKED_BYTES } from "./capabilities.ts";
export { checkCompatibility, HOST_LEVEL, type HostLevel } from "./compat.ts";
export { MAX_FAULTS } from "./faults.ts";
export { isIdentifier, isSkillId } from "./identifier.ts";
export type {
  Builder,
  Capabilities,
  Compat,
  ConfigProperty,
  IntegrityFile,
  Manifest,
  ManifestWarning,
  Operator,
  OperatorConfig,
  Plugin,
  Quotas,
  SecretRequest,
  Tool,
  WildcardOptIn,
} from "./manifest.ts";
export { CONTRACT_KINDS } from "./operator.ts";
export { packManifest } from "./pack.ts";
export { MAX_MANIFEST_BYTES, parseManifest, readToml } from "./parse.ts";
export { requiresReview } from "./review.ts";
export { compareVersions, parseVersion } from "./version.ts";
export { manifestWarnings } from "./warnings.ts";
