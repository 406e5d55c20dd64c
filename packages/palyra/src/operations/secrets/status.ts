import * as v from "valibot";
import { parseKey, parseScope } from "../../vault/index.ts";
import { operation } from "../operation.ts";
import { key, openVault, scopeOrGlobal, VAULT_READ_ERRORS } from "./shared.ts";

/** Spec 6.4 names the command and no answer: this one is ours. */
export interface SecretStatusDocument {
  readonly scope: string;
  /** Null where none was asked for. */
  readonly key: string | null;
  readonly backend: string;
  readonly vault_dir: string;
  /** False: nothing has been stored yet. */
  readonly vault_exists: boolean;
  /** Secrets of the scope. */
  readonly count: number;
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
    const vault = openVault(services);
    const vault_exists = await vault.exists();
    const secrets = scope === undefined || !vault_exists ? [] : await vault.list(scope);
    return {
      scope: scope ?? input.scope,
      key: wanted ?? null,
      backend: vault.backend,
      vault_dir: services.settings.vaultDir.value,
      vault_exists,
      count: secrets.length,
      stored: wanted === undefined ? null : secrets.some((each) => each.key === wanted),
    };
  },
});
