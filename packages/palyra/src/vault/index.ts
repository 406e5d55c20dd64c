/** Secrets: their names, and where they are kept (spec 6.4). */
export { ageFileVault } from "./age-file.ts";
export { MAX_SECRET_BYTES, type Secret } from "./document.ts";
export { holdsSecret } from "./holds.ts";
export { parseKey, parseReference, parseScope, type SecretKeyName, type SecretName, type SecretScope } from "./name.ts";
export { type VaultRecords, vaultRecords } from "./records.ts";
export type { Vault, VaultCall } from "./vault.ts";
