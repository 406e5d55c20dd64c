import type { ArtifactRule, ModuleRule, Rule, RuleData, SingleRule } from "../rule.ts";
import { capabilityUnused } from "./capability_unused.ts";
import { capabilityWidening } from "./capability_widening.ts";
import { embeddedSecrets } from "./embedded_secrets.ts";
import { forbiddenDeviceCapabilities } from "./forbidden_device_capabilities.ts";
import { forbiddenWildcardCapabilities } from "./forbidden_wildcard_capabilities.ts";
import { licenseDenied } from "./license_denied.ts";
import { manifestFilesystemScopes } from "./manifest_filesystem_scopes.ts";
import { manifestHttpEgressScopes } from "./manifest_http_egress_scopes.ts";
import { manifestSanity } from "./manifest_sanity.ts";
import { manifestSecretScopes } from "./manifest_secret_scopes.ts";
import { manifestWarning } from "./manifest_warning.ts";
import { provenanceAttested } from "./provenance_attested.ts";
import { provenanceBuilder } from "./provenance_builder.ts";
import { provenancePresence } from "./provenance_presence.ts";
import { provenanceSubjects } from "./provenance_subjects.ts";
import { sbomComponents } from "./sbom_components.ts";
import { sbomIdentity } from "./sbom_identity.ts";
import { sbomPresence } from "./sbom_presence.ts";
import { sbomSchema } from "./sbom_schema.ts";
import { secretScopeForeign } from "./secret_scope_foreign.ts";
import { secretScopeUnusable } from "./secret_scope_unusable.ts";
import { signatureValidity } from "./signature_validity.ts";
import { skillIdNamespace } from "./skill_id_namespace.ts";
import { toolEntryPoints } from "./tool_entry_points.ts";
import { toolSchemaValid } from "./tool_schema_valid.ts";
import { toolTextChanged } from "./tool_text_changed.ts";
import { toolTextHidden } from "./tool_text_hidden.ts";
import { toolTextInstructions } from "./tool_text_instructions.ts";
import { vulnerabilityFeedHook } from "./vulnerability_feed_hook.ts";
import { vulnerabilityMatches } from "./vulnerability_matches.ts";
import { wasmBuildPaths } from "./wasm_build_paths.ts";
import { wasmCompileCost } from "./wasm_compile_cost.ts";
import { wasmDebugData } from "./wasm_debug_data.ts";
import { wasmExportedFunctionLimit } from "./wasm_exported_function_limit.ts";
import { wasmImportsDeclared } from "./wasm_imports_declared.ts";
import { wasmLimitsWithinQuotas } from "./wasm_limits_within_quotas.ts";
import { wasmModulePresence } from "./wasm_module_presence.ts";
import { wasmModuleSizeLimit } from "./wasm_module_size_limit.ts";
import { wasmModuleValidation } from "./wasm_module_validation.ts";
import { wasmOpaqueContent } from "./wasm_opaque_content.ts";
import { wasmPortability } from "./wasm_portability.ts";
import { wasmWasiFilesystemImports } from "./wasm_wasi_filesystem_imports.ts";

/** Palyra's own, in the order of its report (spec 4.3): those of the artifact … */
export const ARTIFACT_RULES: readonly ArtifactRule[] = [
  signatureValidity,
  sbomPresence,
  provenancePresence,
  manifestSanity,
  manifestWarning,
  manifestFilesystemScopes,
  manifestHttpEgressScopes,
  manifestSecretScopes,
  forbiddenDeviceCapabilities,
  forbiddenWildcardCapabilities,
  wasmModulePresence,
];

/** … then of each module, module by module … */
export const MODULE_RULES: readonly ModuleRule[] = [
  wasmModuleSizeLimit,
  wasmModuleValidation,
  wasmExportedFunctionLimit,
  wasmWasiFilesystemImports,
];

/** … and the last, which is also the report's `vulnerability_scan`. */
export const FEED_RULE: SingleRule = vulnerabilityFeedHook;

/** What Palyra's audit misses (spec 4.4), rule by rule. A policy may switch these, and only these. */
export const ADDITIONAL_RULES: readonly Rule[] = [
  skillIdNamespace,
  secretScopeUnusable,
  secretScopeForeign,
  wasmImportsDeclared,
  wasmLimitsWithinQuotas,
  wasmCompileCost,
  toolEntryPoints,
  wasmPortability,
  // the module
  capabilityUnused,
  embeddedSecrets,
  wasmDebugData,
  wasmBuildPaths,
  wasmOpaqueContent,
  // the papers
  sbomSchema,
  sbomIdentity,
  sbomComponents,
  provenanceSubjects,
  provenanceBuilder,
  provenanceAttested,
  licenseDenied,
  // the words that a model will read
  toolTextHidden,
  toolTextInstructions,
  toolSchemaValid,
  // vulnerabilities
  vulnerabilityMatches,
  // what changed
  capabilityWidening,
  toolTextChanged,
];

/** Every rule, in the order of the report. */
export const RULES: readonly RuleData[] = [...ARTIFACT_RULES, ...MODULE_RULES, FEED_RULE, ...ADDITIONAL_RULES];
