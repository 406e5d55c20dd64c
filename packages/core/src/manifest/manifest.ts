import type { JsonObject, JsonValue } from "../encoding/index.ts";

/**
 * A parsed, valid manifest with its defaults filled in (spec 2.1). Field names are those of the file, so that it is
 * printed as it is (spec 4.1, 11.2). Optional parts that are absent are absent here; u64 values are bigints.
 */
export interface Manifest {
  readonly manifest_version: 1 | 2;
  readonly skill_id: string;
  readonly name: string;
  readonly version: string;
  readonly publisher: string;
  readonly entrypoints: { readonly tools: readonly Tool[] };
  readonly capabilities: Capabilities;
  readonly compat: Compat;
  readonly integrity: { readonly files: readonly IntegrityFile[] };
  readonly builder?: Builder;
  readonly operator: Operator;
}

export interface Tool {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** Keys in alphabetical order (spec 11.2). */
  readonly input_schema: JsonObject;
  readonly output_schema: JsonObject;
  readonly risk: { readonly default_sensitive: boolean; readonly requires_approval: boolean };
}

export interface Capabilities {
  readonly filesystem: { readonly read_roots: readonly string[]; readonly write_roots: readonly string[] };
  readonly http_egress_allowlist: readonly string[];
  readonly secrets: readonly SecretRequest[];
  readonly device_capabilities: readonly string[];
  readonly node_capabilities: readonly string[];
  readonly quotas: Quotas;
  readonly wildcard_opt_in: WildcardOptIn;
}

export interface SecretRequest {
  readonly scope: string;
  readonly key_names: readonly string[];
}

export interface Quotas {
  /** Milliseconds. */
  readonly wall_clock_timeout_ms: bigint;
  readonly fuel_budget: bigint;
  readonly max_memory_bytes: bigint;
}

export interface WildcardOptIn {
  readonly filesystem: boolean;
  readonly http_egress: boolean;
  readonly secrets: boolean;
  readonly device: boolean;
  readonly node: boolean;
}

export interface Compat {
  readonly required_protocol_major: number;
  readonly min_palyra_version: string;
  readonly max_palyra_version?: string;
}

export interface IntegrityFile {
  readonly path: string;
  readonly sha256: string;
}

export interface Builder {
  readonly experimental: boolean;
  readonly source_kind: string;
  readonly source_ref: string;
  readonly rollout_flag: string;
  readonly review_status: string;
  readonly checklist: {
    readonly capability_declaration_path: string;
    readonly provenance_path: string;
    readonly test_harness_path: string;
    readonly review_notes: string;
  };
}

export interface Operator {
  readonly display_name?: string;
  readonly summary?: string;
  readonly description?: string;
  readonly categories: readonly string[];
  readonly tags: readonly string[];
  readonly docs_url?: string;
  readonly plugin: Plugin;
  readonly config?: OperatorConfig;
}

export interface Plugin {
  readonly default_tool_id?: string;
  readonly default_module_path?: string;
  readonly default_entrypoint?: string;
  /** Absent when empty (spec 11.2). */
  readonly contracts?: readonly { readonly kind: string; readonly version: number }[];
}

export interface OperatorConfig {
  readonly schema_version: number;
  readonly required: readonly string[];
  readonly properties: { readonly [key: string]: ConfigProperty };
}

export interface ConfigProperty {
  readonly type: "string" | "integer" | "number" | "boolean" | "string_list";
  readonly title?: string;
  readonly description?: string;
  readonly default?: JsonValue;
  readonly redacted: boolean;
  readonly enum_values?: readonly string[];
}

/** Spec 2.4. */
export interface ManifestWarning {
  readonly code: string;
  readonly severity: "warning";
  readonly message: string;
}
