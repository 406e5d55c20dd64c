import type { JsonValue } from "palyra-skills/encoding";
import type { TrustDecision } from "palyra-skills/trust";

export type SourceKind = "local_artifact" | "local_registry" | "remote_registry" | "oci_registry";

/** Where an artifact came from; `reference` as it was given. */
export interface Source {
  readonly kind: SourceKind;
  readonly reference: string;
}

export interface SecretKey {
  readonly scope: string;
  readonly key: string;
}

/** One record of `installed-index.json`, fields in the order in which they are written (spec 5.1). */
export interface InstalledEntry {
  readonly skill_id: string;
  readonly version: string;
  readonly publisher: string;
  readonly current: boolean;
  readonly installed_at_unix_ms: number;
  /** 64 lower-case hex digits: of the file, and of the signed payload. */
  readonly artifact_sha256: string;
  readonly payload_sha256: string;
  readonly signature_key_id: string;
  readonly trust_decision: TrustDecision;
  readonly source: Source;
  readonly missing_secrets: readonly SecretKey[];
  /** Of another program: kept as they are. */
  readonly security_scan?: JsonValue;
  readonly rollback_snapshot?: JsonValue;
}
