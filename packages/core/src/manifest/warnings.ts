import type { Manifest, ManifestWarning, OperatorConfig } from "./manifest.ts";
import { isEmptyOperator } from "./operator.ts";

/** Spec 2.4. Parts of a property's name that speak of a secret. */
const SECRET_WORDS = ["secret", "token", "password", "api_key", "client_key"];

/** Spec 2.4: what a valid manifest would better say, in the order of the spec; properties by their keys. */
export function manifestWarnings(manifest: Manifest): readonly ManifestWarning[] {
  const { operator } = manifest;
  const warnings: ManifestWarning[] = [];
  if (manifest.manifest_version === 1)
    warnings.push(warning("legacy_manifest_version", "manifest_version 1 is an old form; write 2"));
  if (isEmptyOperator(operator))
    return [...warnings, warning("missing_operator_metadata", "there is no [operator] section that says anything")];
  if (operator.display_name === undefined)
    warnings.push(warning("missing_operator_display_name", "operator.display_name is missing"));
  return [...warnings, ...configWarnings(operator.config)];
}

function configWarnings(config: OperatorConfig | undefined): readonly ManifestWarning[] {
  if (config === undefined) return [];
  const properties = Object.entries(config.properties);
  if (properties.length === 0) return [warning("empty_operator_config_contract", "operator.config declares no properties")];
  return properties
    .filter(([key, { redacted }]) => !redacted && SECRET_WORDS.some((word) => key.includes(word)))
    .map(([key]) =>
      warning(
        "operator_config_redaction_recommended",
        `operator.config.properties.${key} looks like a secret and is not redacted`,
      ),
    );
}

const warning = (code: string, message: string): ManifestWarning => ({ code, severity: "warning", message });
