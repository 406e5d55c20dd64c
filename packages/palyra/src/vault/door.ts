/** The way to a vault for whoever may not need it: age and the keychain are loaded when it is opened (habit 8). */
import { Once } from "../once.ts";
import type { VaultOptions } from "./access.ts";
import type { Vault } from "./vault.ts";

export interface VaultDoor {
  readonly folder: string;
  /** The same one each time: what unlocks it is asked for once a command. */
  readonly open: () => Promise<Vault>;
}

export function vaultDoor(options: VaultOptions): VaultDoor {
  const opened = new Once<Vault>(async () => {
    const { ageVault } = await import("./age-vault.ts");
    const { systemKeychain } = await import("./keychain.ts");
    const { passphraseFrom } = await import("./passphrase.ts");
    const { folder, backend } = options;
    return ageVault({ folder, backend, keychain: systemKeychain(), passphrase: passphraseFrom(options) });
  });
  return { folder: options.folder, open: () => opened.get() };
}
