/** Who signed what, as the decision sees it. */
export interface Signer {
  readonly publisher: string;
  /** 64 lower-case hex digits. */
  readonly publicKey: string;
  /** For errors only: 64 bits can be made to collide, so it is never compared. */
  readonly keyId: string;
}
