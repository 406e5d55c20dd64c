/** The signature document of spec 1.4, fields in the order in which it is written. */
export interface SignatureDocument {
  readonly algorithm: string;
  readonly publisher: string;
  readonly key_id: string;
  readonly public_key_base64: string;
  readonly payload_sha256: string;
  readonly signature_base64: string;
  /** Milliseconds since 1970; any i64. */
  readonly signed_at_unix_ms: bigint;
}
