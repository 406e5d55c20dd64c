import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ageVault } from "../../src/vault/age-vault.ts";
import { type Keychain, KeychainFailure, type Vault, type VaultAccess, type VaultDoor } from "../../src/vault/index.ts";

/** A machine without a keychain, and nobody to ask. */
export const noKeychain: Keychain = {
  get: () => Promise.reject(new KeychainFailure("there is none")),
  put: () => Promise.reject(new KeychainFailure("there is none")),
  delete: () => Promise.reject(new KeychainFailure("there is none")),
};

export function vaultIn(folder: string, access: Partial<VaultAccess> = {}): Vault {
  const passphrase = () => Promise.reject(new Error("nobody was to be asked"));
  return ageVault({ folder, backend: "auto", keychain: noKeychain, passphrase, workFactor: 10, ...access });
}

export const ageFileVault = (folder: string): Vault => vaultIn(folder);
export const doorOf = (folder: string): VaultDoor => ({ folder, open: async () => ageFileVault(folder) });

/** A keychain that outlives its process: a folder. */
export function folderKeychain(folder: string): Keychain {
  return {
    get: async (account) => (existsSync(join(folder, account)) ? readFileSync(join(folder, account), "utf8") : undefined),
    put: async (account, secret) => {
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, account), secret);
    },
    delete: async (account) => {
      const there = existsSync(join(folder, account));
      rmSync(join(folder, account), { force: true });
      return there;
    },
  };
}
