import type { Manifest } from "../manifest/index.ts";
import { DEFAULT_POLICY } from "./default-policy.ts";
import { type ManifestRule, toCheck } from "./rule.ts";
import { forbiddenDeviceCapabilities } from "./rules/forbidden_device_capabilities.ts";
import { forbiddenWildcardCapabilities } from "./rules/forbidden_wildcard_capabilities.ts";
import { secretScopeForeign } from "./rules/secret_scope_foreign.ts";
import { secretScopeUnusable } from "./rules/secret_scope_unusable.ts";
import { skillIdNamespace } from "./rules/skill_id_namespace.ts";
import { toolSchemaValid } from "./rules/tool_schema_valid.ts";

const MANIFEST_RULES: readonly ManifestRule[] = [
  forbiddenDeviceCapabilities,
  forbiddenWildcardCapabilities,
  skillIdNamespace,
  secretScopeUnusable,
  secretScopeForeign,
  toolSchemaValid,
];

/** What an audit by the default policy fails a manifest for, whatever it is packed with: the checks and their words. */
export function manifestFaults(manifest: Manifest): readonly { readonly check_id: string; readonly message: string }[] {
  return MANIFEST_RULES.flatMap((rule) => rule.check({ manifest, policy: DEFAULT_POLICY }).map((said) => toCheck(rule, said)))
    .filter(({ status }) => status === "fail")
    .map(({ check_id, message }) => ({ check_id, message }));
}
