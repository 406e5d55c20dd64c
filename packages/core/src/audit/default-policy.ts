import type { AuditPolicy } from "./report.ts";

/** Spec 4.2. Apart from the reader of policies, which knows all rules: who runs a skill by the defaults loads none of them. */
export const DEFAULT_POLICY: AuditPolicy = {
  max_module_bytes: 8 * 1024 * 1024,
  max_exported_functions: 128,
  allow_device_capabilities: false,
  allow_wildcard_capabilities: false,
  checks: {},
};
