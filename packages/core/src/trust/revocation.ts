import { SkillError } from "../errors.ts";
import { isIdentifier } from "../manifest/index.ts";
import type { VerifiedRevocation } from "../signature/index.ts";
import type { RevokedKey, RevokedPayload, TrustConstraints } from "./constraints.ts";

/**
 * The revocation of a key, whoever's: a key that a thief has is as bad under another publisher's name, so the publisher of the
 * revocation is not compared. `publicKey`: 64 lower-case hex digits. Spec 3.4.
 */
export function revocationOfKey(constraints: TrustConstraints, publicKey: string): RevokedKey | undefined {
  return constraints.revoked.find((revoked) => revoked.public_key === publicKey);
}

/** By payload: another ZIP of the same entries is the same skill. T42. */
export function revocationOfPayload(constraints: TrustConstraints, payloadSha256: string): RevokedPayload | undefined {
  return constraints.revoked_payloads.find((revoked) => revoked.payload_sha256 === payloadSha256);
}

/** What is told of a revocation, and by whose list it is. */
export function whyOf({ reason, list }: RevokedKey | RevokedPayload): { readonly reason: string; readonly list?: string } {
  return { reason, ...(list === undefined ? {} : { list }) };
}

/** Revokes a key. One that is revoked stays so as it was: the first reason and time are the ones that count. */
export function withRevokedKey(constraints: TrustConstraints, revoked: RevokedKey): TrustConstraints {
  if (revocationOfKey(constraints, revoked.public_key) !== undefined) return constraints;
  return { ...constraints, revoked: [...constraints.revoked, revoked] };
}

/**
 * What a statement revokes. Whoever holds a key may say that it is to be believed no longer, thief or not: that makes nothing less safe. Of
 * any other key, and of skills, an operator decides, or a list that one follows. Spec 3.4.
 * @throws SkillError `RevocationRefused`
 */
export function decideRevocation({ terms }: VerifiedRevocation): RevokedKey {
  const { publisher, subject, revoked, reason, revoked_at_unix_ms, signer_public_key } = terms;
  const refused = (problem: string): SkillError => new SkillError("RevocationRefused", { publisher, problem });
  if (subject !== "key" || revoked !== signer_public_key) throw refused("a publisher's key revokes only itself");
  if (!isIdentifier(publisher)) throw refused("its publisher's name is none");
  return { publisher, public_key: revoked, reason, revoked_at_unix_ms };
}

/** Revokes a payload; again is as once. */
export function withRevokedPayload(constraints: TrustConstraints, revoked: RevokedPayload): TrustConstraints {
  if (revocationOfPayload(constraints, revoked.payload_sha256) !== undefined) return constraints;
  return { ...constraints, revoked_payloads: [...constraints.revoked_payloads, revoked] };
}
