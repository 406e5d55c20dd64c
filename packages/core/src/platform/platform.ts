/**
 * What a platform does better than we could in JavaScript. None of it decides what is valid: the strictness is ours,
 * and all implementations are tested against each other.
 */
export interface Platform {
  /**
   * Inflates one raw deflate stream (RFC 1951) from the start of `deflated`, producing at most `limit` bytes.
   * Must say how many input bytes the stream took (spec 1.6).
   * @param take may be given all of the bytes, in order and in pieces, while the rest is still on its way; or none of them.
   * What it was given is anybody's content only when the answer is `ok`
   */
  inflateRaw(deflated: Uint8Array, limit: number, take?: (piece: Uint8Array) => void): Promise<Inflated>;
  /**
   * Several streams inflate at once, beside the caller's thread. Where they do not, each is asked for in its turn, so that
   * its content is still near when it is hashed.
   */
  readonly inflatesBeside: boolean;
  /** CRC-32 (IEEE) of the bytes, unsigned; of those behind others, with the CRC of what is `before` them. */
  crc32(bytes: Uint8Array, before?: number): number;
  /** A running SHA-256. */
  sha256(): Sha256;
  /** Plain Ed25519 (RFC 8032) over raw keys; the checks of spec 1.6 are made before it is asked. */
  ed25519: {
    verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): Promise<boolean>;
    sign(secretKey: Uint8Array, message: Uint8Array): Promise<Uint8Array>;
    publicKey(secretKey: Uint8Array): Promise<Uint8Array>;
  };
  /** The engine's own validation (types). Asked only after our parser and its cost bound have passed (spec 4.4, 4.5, T24). */
  validateModule(bytes: Uint8Array): Promise<boolean>;
  /** Names the engine for messages: `Node 20.20.2`. */
  readonly engine: string;
  /** Absent where the platform cannot: an audit whose policy asks for attestations then fails. */
  readonly attestations?: Attestations;
}

/** Signatures in others' forms, checked offline. What is asked for is what a policy names; nothing is thrown. */
export interface Attestations {
  /** Of Ed25519, or ECDSA over P-256 with SHA-256, under a public key in PEM. False for any other key as well. */
  verify(pem: string, message: Uint8Array, signature: Uint8Array): Promise<boolean>;
  /** A Sigstore bundle and the trusted root that it is to hold under, both JSON texts. */
  verifyBundle(bundle: string, trustedRoot: string, signer: BundleSigner): Promise<BundleVerdict>;
}

/** Exactly this subject, vouched for by exactly this issuer; or a key of one's own. */
export type BundleSigner = { readonly identity: string; readonly issuer: string } | { readonly pem: string };

export type BundleVerdict =
  /** `payload`: of the envelope in it; absent where it signs a file directly. */
  | { readonly ok: true; readonly payload?: { readonly type: string; readonly bytes: Uint8Array } }
  | { readonly ok: false; readonly problem: string };

export interface Sha256 {
  update(bytes: Uint8Array): this;
  /** 32 bytes; the hash takes no more input afterwards. */
  digest(): Uint8Array;
}

export type Inflated =
  | { readonly ok: true; readonly bytes: Uint8Array /** Input bytes that the stream took. */; readonly consumed: number }
  /** `limit`: it would have produced more than was allowed; `truncated`: the input ended first; `corrupt`: not deflate. */
  | { readonly ok: false; readonly problem: "limit" | "truncated" | "corrupt" };
