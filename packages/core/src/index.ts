/**
 * Signed bundles of WebAssembly tools for AI agents: bytes in, verdicts out. The twelve functions and values below, with
 * their types, are stable; what else a module has is at its subpath (`palyra-skills/archive`, …) and may change.
 *
 * ```ts
 * const artifact = await openArtifact(bytes, webPlatform);                     // spec 1.5: ten checks, or a SkillError
 * const store = parseTrustStore(storeBytes, "trust-store.json");
 * const trusted = decideTrust(artifact, store, { allowFirstUse: false });      // spec 3.2: or a SkillError
 * const report = await auditSkill(trusted, { policy: DEFAULT_POLICY, platform: webPlatform, now: Date.now() });
 * if (report.passed) run(trusted.artifact.archive.get("modules/module.wasm"));
 * ```
 */

/** Bytes to a `VerifiedArtifact`, and inputs to signed bytes. */
export { type BuildInput, type BuiltArtifact, buildArtifact, openArtifact, type VerifiedArtifact } from "./artifact/index.ts";
/** A trusted skill to a report with checks; what is checked is a policy. */
export { type AuditPolicy, type AuditReport, auditSkill, type Check, DEFAULT_POLICY } from "./audit/index.ts";
/** Every refusal: a code of a closed union with its details. */
export { type ErrorCode, type ErrorDetails, type Fault, isSkillError, SkillError } from "./errors.ts";
/** `skill.toml` to a typed manifest, or all that is wrong with it. */
export { type Manifest, parseManifest } from "./manifest/index.ts";
/** The platform that runs anywhere; Node's own is in the package `palyra`. */
export { type Platform, webPlatform } from "./platform/index.ts";
/** A key file to the 32 bytes of a secret key. */
export { parseSigningKey } from "./signature/index.ts";
/** A trust store, what it decides about an artifact, and the report of that. */
export {
  decideTrust,
  parseTrustStore,
  type TrustDecision,
  type TrustedSkill,
  type TrustStore,
  type VerificationReport,
  verificationReport,
} from "./trust/index.ts";
