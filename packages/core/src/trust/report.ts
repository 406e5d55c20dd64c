import { type CapabilityGrants, capabilityGrants, type PolicyBinding, policyBindings } from "../capability/index.ts";
import type { Manifest, ManifestWarning } from "../manifest/index.ts";
import type { TrustDecision, TrustedSkill } from "./decide.ts";

/** Spec 4.1: fields in the order in which they are printed. A refusal is an error, never a report. */
export interface VerificationReport {
  readonly accepted: true;
  readonly trust_decision: TrustDecision;
  readonly payload_sha256: string;
  readonly manifest: Manifest;
  readonly manifest_warnings: readonly ManifestWarning[];
  readonly capability_grants: CapabilityGrants;
  readonly policy_bindings: readonly PolicyBinding[];
  readonly audit_event: {
    readonly event_kind: "skill.artifact.verified";
    readonly skill_id: string;
    readonly publisher: string;
    readonly version: string;
    readonly payload_sha256: string;
    readonly trust_decision: TrustDecision;
    readonly verified_at_unix_ms: number;
    readonly policy_bindings: readonly PolicyBinding[];
  };
}

/** The report of a trusted skill. @param now milliseconds since 1970 */
export function verificationReport(trusted: TrustedSkill, now: number): VerificationReport {
  const { decision, artifact } = trusted;
  const { manifest, payloadSha256 } = artifact;
  const bindings = policyBindings(manifest);
  return {
    accepted: true,
    trust_decision: decision,
    payload_sha256: payloadSha256,
    manifest,
    manifest_warnings: artifact.warnings,
    capability_grants: capabilityGrants(manifest),
    policy_bindings: bindings,
    audit_event: {
      event_kind: "skill.artifact.verified",
      skill_id: manifest.skill_id,
      publisher: manifest.publisher,
      version: manifest.version,
      payload_sha256: payloadSha256,
      trust_decision: decision,
      verified_at_unix_ms: now,
      policy_bindings: bindings,
    },
  };
}
