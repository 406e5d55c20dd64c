/** Core's port for attestations. What verifies them is loaded when a policy names whom to believe. */
import type { Attestations, Platform } from "palyra-skills/platform";

export const attestationsOf = (platform: () => Platform): Attestations => ({
  verify: async (pem, message, signature) => {
    const { holds, readEnvelopeKey } = await import("./dsse.ts");
    const key = readEnvelopeKey(pem);
    return key !== undefined && holds(key, message, signature, platform());
  },
  verifyBundle: async (bundle, trustedRoot, signer) => {
    const [{ verifySigstore }, { readEnvelopeKey }] = await Promise.all([import("./sigstore.ts"), import("./dsse.ts")]);
    // No file is signed by what lies in the artifact itself: only a statement can be of its modules.
    const request = { bundle, trustedRoot, artifact: new Uint8Array() };
    if (!("pem" in signer)) return verifySigstore({ ...request, signer: { kind: "certificate", ...signer } });
    const key = readEnvelopeKey(signer.pem);
    if (key === undefined) return { ok: false, problem: "the key is neither Ed25519 nor ECDSA over P-256" };
    return verifySigstore({ ...request, signer: { kind: "key", key: key.key } });
  },
});
