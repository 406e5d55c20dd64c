/**
 * Sigstore bundles, verified offline: certificate chain and its time, transparency log and signature, all against a trusted root that is
 * given. Nothing is fetched. Its packages are loaded with this file alone.
 */
import type { KeyObject } from "node:crypto";
import { bundleFromJSON } from "@sigstore/bundle";
import { TrustedRoot } from "@sigstore/protobuf-specs";
import { toSignedEntity, toTrustMaterial, Verifier } from "@sigstore/verify";

export interface SigstoreRequest {
  /** JSON texts. */
  readonly bundle: string;
  readonly trustedRoot: string;
  /** What a signature without a statement is over. */
  readonly artifact: Uint8Array;
  readonly signer: SigstoreSigner;
}

export type SigstoreSigner =
  /** Exactly this subject, vouched for by exactly this issuer. */
  | { readonly kind: "certificate"; readonly identity: string; readonly issuer: string }
  | { readonly kind: "key"; readonly key: KeyObject };

export type SigstoreVerdict =
  /** `payload`: of the envelope; absent where the artifact itself was signed. */
  | { readonly ok: true; readonly payload?: { readonly type: string; readonly bytes: Uint8Array } }
  | { readonly ok: false; readonly problem: string };

export function verifySigstore({ bundle: text, trustedRoot, artifact, signer }: SigstoreRequest): SigstoreVerdict {
  try {
    const bundle = bundleFromJSON(JSON.parse(text));
    const root = TrustedRoot.fromJSON(JSON.parse(trustedRoot));
    const open = withoutStart(root);
    if (open !== undefined) return { ok: false, problem: `the trusted root does not say since when its ${open} counts` };
    const key = signer.kind === "key" ? signer.key : undefined;
    const material = toTrustMaterial(root, key && (() => ({ publicKey: key, validFor: () => true })));
    // A key of one's own has no certificate, and so no log of certificates.
    const verifier = new Verifier(material, key === undefined ? {} : { ctlogThreshold: 0 });
    const entity = toSignedEntity(bundle, Buffer.from(artifact));
    if ((entity.key.$case === "public-key") !== (key !== undefined))
      return {
        ok: false,
        problem:
          key === undefined
            ? "it is signed with a key and has no certificate"
            : "it is signed with a certificate and not with a key",
      };
    verifier.verify(entity, signer.kind === "certificate" ? exactly(signer) : undefined);
    if (bundle.content.$case !== "dsseEnvelope") return { ok: true };
    const { payloadType, payload } = bundle.content.dsseEnvelope;
    return { ok: true, payload: { type: payloadType, bytes: new Uint8Array(payload) } };
  } catch (error) {
    return { ok: false, problem: error instanceof Error ? error.message : String(error) };
  }
}

/** The library takes the subject for a pattern: every sign of it is to stand for itself. */
const exactly = ({ identity, issuer }: { readonly identity: string; readonly issuer: string }) => ({
  subjectAlternativeName: `^${identity.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&")}$`,
  extensions: { issuer },
});

/** The library takes a start that is missing for the beginning of time (sigstore-conformance: `trust-root-tlog-missing-validity-start`). */
function withoutStart(root: TrustedRoot): string | undefined {
  const logs = (list: TrustedRoot["tlogs"]) => list.some(({ publicKey }) => publicKey?.validFor?.start === undefined);
  const authorities = (list: TrustedRoot["certificateAuthorities"]) => list.some(({ validFor }) => validFor?.start === undefined);
  if (logs(root.tlogs)) return "transparency log";
  if (logs(root.ctlogs)) return "log of certificates";
  if (authorities(root.certificateAuthorities)) return "certificate authority";
  return authorities(root.timestampAuthorities) ? "timestamp authority" : undefined;
}
