import type { Secret } from "./document.ts";
import type { SecretName, SecretScope } from "./name.ts";

/** Where secrets are kept (spec 6.4). Every method may throw `VaultUnavailable`, `UnsafeStateRoot`, `Io`; those that write `LockTimeout`. */
export interface Vault {
  readonly backend: "encrypted_file";
  /** False: nothing has been stored yet. Reading makes nothing. */
  exists(): Promise<boolean>;
  get(name: SecretName): Promise<Secret | undefined>;
  /** By key. */
  list(scope: SecretScope): Promise<readonly Secret[]>;
  /** @param value 1 to 65,536 bytes, as they are */
  set(name: SecretName, value: Uint8Array, call: VaultCall): Promise<void>;
  /** As `set`, where there is no such secret yet; false where there is one, which stays. */
  add(name: SecretName, value: Uint8Array, call: VaultCall): Promise<boolean>;
  /** False: there was none. */
  delete(name: SecretName, call: VaultCall): Promise<boolean>;
}

export interface VaultCall {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly signal: AbortSignal;
}
