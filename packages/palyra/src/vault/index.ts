/** Secrets: their names, and where they are kept (spec 6.4). */
export type { VaultAccess, VaultOptions } from "./access.ts";
export { ageVault } from "./age-vault.ts";
export type { KeyPlace } from "./backend.ts";
export { MAX_SECRET_BYTES, type Secret } from "./document.ts";
export { type VaultDoor, vaultDoor } from "./door.ts";
export { holdsSecret } from "./holds.ts";
export { MAX_PASSPHRASE_BYTES } from "./identity.ts";
export { type Keychain, KeychainFailure, systemKeychain } from "./keychain.ts";
export { isOwnKey, parseKey, parseReference, parseScope, type SecretKeyName, type SecretName, type SecretScope } from "./name.ts";
export { withoutLineFeed } from "./passphrase.ts";
export { type VaultRecords, vaultRecords } from "./records.ts";
export type { KeyMove, KeyMoved, Vault, VaultCall } from "./vault.ts";
export { vaultFiles } from "./vault-files.ts";
