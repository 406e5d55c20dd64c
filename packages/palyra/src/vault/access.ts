import type { VaultBackend } from "../settings.ts";
import type { Keychain } from "./keychain.ts";

/** Where a vault lies, and what its key may come from. */
export interface VaultAccess {
  readonly folder: string;
  /** What was asked for: settles where the key of a new vault goes, and refuses one that is elsewhere. */
  readonly backend: VaultBackend;
  readonly keychain: Keychain;
  /** Asks for the passphrase; whoever gets it clears it. `VaultUnavailable`: there is nobody to ask. */
  readonly passphrase: () => Promise<Uint8Array>;
  /** log2 of scrypt's work for a new passphrase; absent: age's own 18, which takes 1.3 s and 256 MB, once a command. */
  readonly workFactor?: number;
}

/** What an access is made of. */
export interface VaultOptions {
  readonly folder: string;
  readonly backend: VaultBackend;
  /** A file that holds the passphrase (`PALYRA_VAULT_PASSPHRASE_FILE`). */
  readonly passphraseFile?: string | undefined;
  /** Asks the person at the terminal for something that is not shown; absent where nobody may be asked. */
  readonly askSecret?: ((label: string) => Promise<Uint8Array>) | undefined;
}
