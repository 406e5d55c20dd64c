/**
 * What a platform does better than we could in JavaScript. None of it decides what is valid: the strictness is ours,
 * and all implementations are tested against each other.
 */
export interface Platform {
  /**
   * Inflates one raw deflate stream (RFC 1951) from the start of `deflated`, producing at most `limit` bytes.
   * Must say how many input bytes the stream took (spec 1.6). May work beside the caller's thread.
   * @param take may be given all of the bytes, in order and in pieces, while the rest is still on its way; or none of them.
   * What it was given is anybody's content only when the answer is `ok`
   */
  inflateRaw(deflated: Uint8Array, limit: number, take?: (piece: Uint8Array) => void): Promise<Inflated>;
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
}

export interface Sha256 {
  update(bytes: Uint8Array): this;
  /** 32 bytes; the hash takes no more input afterwards. */
  digest(): Uint8Array;
}

export type Inflated =
  | { readonly ok: true; readonly bytes: Uint8Array /** Input bytes that the stream took. */; readonly consumed: number }
  /** `limit`: it would have produced more than was allowed; `truncated`: the input ended first; `corrupt`: not deflate. */
  | { readonly ok: false; readonly problem: "limit" | "truncated" | "corrupt" };
