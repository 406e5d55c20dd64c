import * as v from "valibot";
import { PalyraError } from "../../errors.ts";
import { type KeyPlace, parseKey, parseScope, type SecretScope, type Vault } from "../../vault/index.ts";
import { operation } from "../operation.ts";
import { backendOf, key, scopeOrGlobal, VAULT_READ_ERRORS } from "./shared.ts";

/** Spec 6.4 names the command and no answer: this one is ours. */
export interface SecretStatusDocument {
  readonly scope: string;
  /** Null where none was asked for. */
  readonly key: string | null;
  readonly backend: string;
  /** Where the vault's own key is; null where nothing has been stored yet. */
  readonly key_place: KeyPlace | null;
  readonly vault_dir: string;
  /** False: nothing has been stored yet. */
  readonly vault_exists: boolean;
  /** What would open it and cannot be had: then `count` and `stored` are null. */
  readonly locked: "passphrase" | "keychain" | null;
  /** Secrets of the scope. */
  readonly count: number | null;
  /** Whether the key is among them; null where none was asked for. */
  readonly stored: boolean | null;
}

export const status = operation({
  input: v.strictObject({ scope: scopeOrGlobal, key: v.optional(key) }),
  positional: ["scope", "key"],
  confidential: true,
  examples: ["secrets status", "secrets status skill:acme.echo api_token --json"],
  errors: VAULT_READ_ERRORS,
  run: async (services, input): Promise<SecretStatusDocument> => {
    const scope = parseScope(input.scope);
    const wanted = input.key === undefined ? undefined : parseKey(input.key);
    const vault = await services.openVault();
    const key_place = (await vault.keyPlace()) ?? null;
    const { secrets, locked } = await look(vault, scope);
    return {
      scope: scope ?? input.scope,
      key: wanted ?? null,
      backend: await backendOf(vault),
      key_place,
      vault_dir: services.settings.vaultDir.value,
      vault_exists: key_place !== null || (locked === null && (await vault.exists())),
      locked,
      count: secrets === undefined ? null : secrets.length,
      stored: wanted === undefined || secrets === undefined ? null : secrets.some((each) => each.key === wanted),
    };
  },
});

/** A vault that is whole and locked is no error here: what would open it is the answer. */
async function look(vault: Vault, scope: SecretScope | undefined) {
  try {
    return { secrets: scope === undefined ? [] : await vault.list(scope), locked: null };
  } catch (error) {
    const needs = error instanceof PalyraError && "needs" in error.details ? error.details.needs : undefined;
    if (needs !== "passphrase" && needs !== "keychain") throw error;
    return { secrets: undefined, locked: needs };
  }
}
