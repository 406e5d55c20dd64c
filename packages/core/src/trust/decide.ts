import type { VerifiedArtifact } from "../artifact/index.ts";
import { toHex } from "../encoding/index.ts";
import { SkillError } from "../errors.ts";
import { EMPTY_CONSTRAINTS, type TrustConstraints } from "./constraints.ts";
import { checkLimits } from "./limits.ts";
import { knownPublishers, relatedPublisher } from "./related.ts";
import type { Signer } from "./signer.ts";
import type { TrustStore } from "./store.ts";

/** How the key of an artifact came to be trusted (spec 3.2). */
export type TrustDecision = "allowlisted" | "tofu_pinned" | "tofu_newly_pinned";

export interface TrustOptions {
  /** May a publisher that nobody knows be trusted from now on? A person or a flag says so. */
  readonly allowFirstUse: boolean;
  /** Default: none. */
  readonly constraints?: TrustConstraints;
  /** The host's time, milliseconds since 1970; what is limited to a period is refused without it. */
  readonly now?: number;
}

/** A pin that this decision would make. It is data: only a completed install or a `trust` command keeps it (T5). */
export interface Pin {
  readonly publisher: string;
  /** 64 lower-case hex digits. */
  readonly publicKey: string;
}

/** A verified artifact whose key the store trusts. Only `decideTrust` makes one. */
export class TrustedSkill {
  readonly #trusted = true;
  readonly artifact: VerifiedArtifact;
  readonly decision: TrustDecision;
  /** Present exactly where `decision` is `tofu_newly_pinned`. */
  readonly pin?: Pin;

  /** @internal */
  constructor(proof: typeof PROOF, artifact: VerifiedArtifact, decision: TrustDecision, pin: Pin | undefined) {
    if (proof !== PROOF) throw new TypeError("a TrustedSkill is made by decideTrust alone");
    this.artifact = artifact;
    this.decision = decision;
    if (pin !== undefined) this.pin = pin;
    Object.freeze(this);
  }

  /** Did `decideTrust` of this very module make it? */
  static isOne(value: unknown): value is TrustedSkill {
    return typeof value === "object" && value !== null && #trusted in value;
  }
}

/** Not exported: whoever has it has made the decision. */
const PROOF = Symbol("decideTrust");

/**
 * Decides whether the signer of a verified artifact is trusted (spec 3.2 and 3.4). Pure: what it would pin is in the result.
 * @throws SkillError `RevokedKey`, `RevokedPayload`, `KeyOutOfScope`, `TrustedPublisherKeyMismatch`, `TofuKeyMismatch`,
 * `UntrustedPublisher`
 */
export function decideTrust(artifact: VerifiedArtifact, store: TrustStore, options: TrustOptions): TrustedSkill {
  const signer = {
    publisher: artifact.manifest.publisher,
    publicKey: toHex(artifact.publicKey),
    keyId: artifact.keyId,
  };
  const { constraints = EMPTY_CONSTRAINTS, now, allowFirstUse } = options;
  checkLimits(signer, artifact, constraints, now);
  const { decision, pin } = decideSigner(signer, store, { allowFirstUse, constraints });
  return new TrustedSkill(PROOF, artifact, decision, pin);
}

/** The table of spec 3.2, for a publisher and a key. */
export function decideSigner(
  signer: Signer,
  store: TrustStore,
  options: TrustOptions,
): { readonly decision: TrustDecision; readonly pin?: Pin } {
  const { publisher, publicKey, keyId: key_id } = signer;
  // An allowlist always beats a pin: a key that its operator took off the list is not trusted for having been pinned once.
  const trusted = store.trusted.get(publisher);
  if (trusted !== undefined) {
    if (trusted.includes(publicKey)) return { decision: "allowlisted" };
    throw new SkillError("TrustedPublisherKeyMismatch", { publisher, key_id, public_key: publicKey, trusted });
  }
  const pinned = store.pinned.get(publisher);
  if (pinned !== undefined) {
    if (pinned === publicKey) return { decision: "tofu_pinned" };
    throw new SkillError("TofuKeyMismatch", { publisher, key_id, public_key: publicKey, pinned });
  }
  // `acme` and `acme.echo` both own the tool ids that begin with `acme.echo.`: never on first use. T27.
  const relative = relatedPublisher(publisher, knownPublishers(store, options.constraints));
  if (options.allowFirstUse && relative === undefined) {
    return { decision: "tofu_newly_pinned", pin: { publisher, publicKey } };
  }
  const relates = relative === undefined ? {} : { relates_to: relative };
  throw new SkillError("UntrustedPublisher", { publisher, key_id, public_key: publicKey, ...relates });
}
