import type { VerifiedArtifact } from "../artifact/index.ts";
import { SkillError } from "../errors.ts";
import type { KeyScope, TrustConstraints } from "./constraints.ts";
import { revocationOfKey, revocationOfPayload, whyOf } from "./revocation.ts";
import type { Signer } from "./signer.ts";

/**
 * What holds before the decision of spec 3.2, pinned or allowlisted: revoked keys and payloads, and the skill ids and
 * the period that a key is limited to (spec 3.4).
 * @throws SkillError `RevokedKey`, `RevokedPayload`, `KeyOutOfScope`
 */
export function checkLimits(
  signer: Signer,
  artifact: VerifiedArtifact,
  constraints: TrustConstraints,
  now: number | undefined,
): void {
  const { publisher, publicKey, keyId: key_id } = signer;
  const key = revocationOfKey(constraints, publicKey);
  if (key !== undefined) throw new SkillError("RevokedKey", { publisher, key_id, ...whyOf(key) });
  const payload_sha256 = artifact.payloadSha256;
  const payload = revocationOfPayload(constraints, payload_sha256);
  if (payload !== undefined) throw new SkillError("RevokedPayload", { payload_sha256, ...whyOf(payload) });
  for (const scope of constraints.keys) {
    if (scope.publisher !== publisher || scope.public_key !== publicKey) continue;
    const problem = prefixProblem(scope, artifact) ?? periodProblem(scope, now);
    if (problem !== undefined) throw new SkillError("KeyOutOfScope", { publisher, key_id, problem });
  }
}

/** A key for `acme.billing` signs no tool of `acme.echo`, nor one of `acme.billing2`. Spec 3.4, T27. */
function prefixProblem({ skill_id_prefixes: prefixes }: KeyScope, { manifest }: VerifiedArtifact): string | undefined {
  const covered = (id: string): boolean => prefixes.some((prefix) => id === prefix || id.startsWith(`${prefix}.`));
  if (!covered(manifest.skill_id)) return "skill id outside the key's prefixes";
  return manifest.entrypoints.tools.every(({ id }) => covered(id)) ? undefined : "tool id outside the key's prefixes";
}

/** By the host's time, never by `signed_at_unix_ms`, which is not signed. Spec 3.4, T34. */
export function periodProblem(
  { not_before_unix_ms: from, not_after_unix_ms: to }: KeyScope,
  now: number | undefined,
): string | undefined {
  if (from === undefined && to === undefined) return undefined;
  if (now === undefined) return "no time to judge the key's period by";
  if (from !== undefined && now < from) return "before the key's period";
  return to !== undefined && now > to ? "after the key's period" : undefined;
}
