import type { JsonObject } from "../encoding/index.ts";
import type { ManifestWarning } from "../manifest/index.ts";
import type { TrustDecision } from "../trust/index.ts";
import type { ParameterValues } from "./parameter.ts";

export type CheckStatus = "pass" | "warn" | "fail" | "skipped";
export type Severity = "info" | "warning" | "error";

/** One line of an audit (spec 4.3). */
export interface Check {
  readonly check_id: string;
  readonly status: CheckStatus;
  readonly severity: Severity;
  readonly message: string;
  readonly details?: JsonObject;
}

/** What a policy may set for a check of spec 4.4. */
export type CheckLevel = "fail" | "warn" | "off";

/** Spec 4.2; field names are those of the policy file. */
export interface AuditPolicy {
  readonly max_module_bytes: number;
  readonly max_exported_functions: number;
  readonly allow_device_capabilities: boolean;
  readonly allow_wildcard_capabilities: boolean;
  /** Bounds of `wasm_compile_cost` (spec 4.4); absent where the policy leaves them as they are. */
  readonly max_function_compile_cost?: number;
  readonly max_module_compile_cost?: number;
  /** Whole hours from the moment at which a release was first seen here until it may be installed, by the host's time (spec 3.4, T34). */
  readonly release_cooldown_hours?: number;
  /** By how much the part of a version that breaks may rise from the one that is current: the major one, or the minor one of `0.x`. */
  readonly max_version_jump?: number;
  /** A check that is not named here is judged as its rule judges. */
  readonly checks: { readonly [checkId: string]: CheckLevel };
  /** What rules declare as theirs (`RuleData.parameters`); absent where the policy leaves all as they are. */
  readonly parameters?: ParameterValues;
}

/** Spec 4.3, fields in the order in which they are printed. */
export interface AuditReport {
  readonly skill_id: string;
  readonly version: string;
  readonly publisher: string;
  readonly accepted: boolean;
  readonly passed: boolean;
  readonly should_quarantine: boolean;
  readonly trust_decision: TrustDecision;
  readonly payload_sha256: string;
  readonly generated_at_unix_ms: number;
  readonly policy: AuditPolicy;
  readonly manifest_warnings: readonly ManifestWarning[];
  readonly checks: readonly Check[];
  readonly quarantine_reasons: readonly string[];
  readonly vulnerability_scan: Check;
}
