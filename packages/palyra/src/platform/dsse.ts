/** Signatures of DSSE envelopes under keys that somebody gave: Ed25519 and ECDSA over P-256 with SHA-256. */
import { createPublicKey, type KeyObject, verify } from "node:crypto";
import type { Platform } from "palyra-skills/platform";
import { verifyEd25519 } from "palyra-skills/signature";
import { type DsseEnvelope, preAuthEncoding } from "palyra-skills/supplychain";

export interface EnvelopeKey {
  readonly algorithm: "ed25519" | "ecdsa-p256";
  readonly key: KeyObject;
}

/** A public key in PEM (SPKI, or the certificate that holds it); undefined for anything else, private keys among it. */
export function readEnvelopeKey(pem: string): EnvelopeKey | undefined {
  if (!/-----BEGIN (?:PUBLIC KEY|CERTIFICATE)-----/.test(pem) || pem.includes("PRIVATE KEY")) return undefined;
  let key: KeyObject;
  try {
    key = createPublicKey(pem);
  } catch {
    return undefined;
  }
  if (key.asymmetricKeyType === "ed25519") return { algorithm: "ed25519", key };
  if (key.asymmetricKeyType === "ec" && key.asymmetricKeyDetails?.namedCurve === "prime256v1")
    return { algorithm: "ecdsa-p256", key };
  return undefined;
}

/** The first key that one of the signatures is of; hints in the envelope are not signed, and not followed. */
export async function signerOf(
  { payloadType, payload, signatures }: DsseEnvelope,
  keys: readonly EnvelopeKey[],
  platform: Platform,
): Promise<EnvelopeKey | undefined> {
  const signed = preAuthEncoding(payloadType, payload);
  for (const each of keys)
    for (const { signature } of signatures) if (await holds(each, signed, signature, platform)) return each;
  return undefined;
}

/** Of a message under one key. */
export async function holds({ algorithm, key }: EnvelopeKey, signed: Uint8Array, signature: Uint8Array, platform: Platform) {
  if (algorithm === "ed25519") {
    const raw = key.export({ format: "jwk" })["x"];
    // As strictly as an artifact's own: no key of small order, one spelling of a signature (spec 1.6).
    return typeof raw === "string" && verifyEd25519(platform, new Uint8Array(Buffer.from(raw, "base64url")), signed, signature);
  }
  // ASN.1, as nearly everybody writes it, or r and s side by side, as the vector of the protocol has it.
  const encodings = signature.length === 64 ? (["ieee-p1363", "der"] as const) : (["der"] as const);
  return encodings.some((dsaEncoding) => verify("sha256", signed, { key, dsaEncoding }, signature));
}
