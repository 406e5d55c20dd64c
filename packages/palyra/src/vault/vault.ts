import type { KeyPlace } from "./backend.ts";
import type { Secret } from "./document.ts";
import type { SecretName, SecretScope } from "./name.ts";

/** Where secrets are kept (spec 6.4). Every method may throw `VaultUnavailable`, `UnsafeStateRoot`, `Io`; those that write `LockTimeout`. */
export interface Vault {
  /** Where its key is; undefined: no vault has been made yet. Asks for nothing and opens nothing. */
  keyPlace(): Promise<KeyPlace | undefined>;
  /** False: nothing has been stored yet. Reading makes nothing. */
  exists(): Promise<boolean>;
  get(name: SecretName): Promise<Secret | undefined>;
  /** By key. */
  list(scope: SecretScope): Promise<readonly Secret[]>;
  /** @param value 1 to 65,536 bytes, as they are */
  set(name: SecretName, value: Uint8Array, call: VaultCall): Promise<void>;
  /** As `set`, where there is no such secret yet; false where there is one, which stays. */
  add(name: SecretName, value: Uint8Array, call: VaultCall): Promise<boolean>;
  /** As `set`, where the value is still `from` (undefined: where there is none); false where it is not, and it stays. */
  replace(name: SecretName, from: Uint8Array | undefined, to: Uint8Array, call: VaultCall): Promise<boolean>;
  /** False: there was none. */
  delete(name: SecretName, call: VaultCall): Promise<boolean>;
  /** Makes another key for it, in another place or the same. `Usage` too. */
  rekey(move: KeyMove, call: VaultCall): Promise<KeyMoved>;
}

export interface VaultCall {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly signal: AbortSignal;
}

export interface KeyMove {
  readonly to: KeyPlace;
  /** 1 to 1024 bytes, where `to` is that. The caller clears it. */
  readonly passphrase?: Uint8Array;
}

export interface KeyMoved {
  /** Null: there was no vault. */
  readonly from: KeyPlace | null;
  readonly to: KeyPlace;
  /** False: an entry of the keychain could not be removed. It opens nothing any more. */
  readonly oldKeyRemoved: boolean;
}
