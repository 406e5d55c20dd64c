import * as v from "valibot";
import { parseScope } from "../../vault/index.ts";
import { operation } from "../operation.ts";
import { backendOf, scopeOrGlobal, VAULT_READ_ERRORS } from "./shared.ts";

/** Spec 11.8. */
export interface SecretListDocument {
  readonly scope: string;
  readonly count: number;
  readonly backend: string;
  readonly entries: readonly {
    readonly key: string;
    readonly created_at_unix_ms: number;
    readonly updated_at_unix_ms: number;
  }[];
}

export const list = operation({
  input: v.strictObject({ scope: scopeOrGlobal }),
  positional: ["scope"],
  confidential: true,
  examples: ["secrets list", "secrets list skill:acme.echo --json"],
  errors: VAULT_READ_ERRORS,
  run: async (services, input): Promise<SecretListDocument> => {
    const scope = parseScope(input.scope);
    const vault = await services.openVault();
    const secrets = scope === undefined ? [] : await vault.list(scope);
    const entries = secrets.map(({ key, createdAt, updatedAt }) => ({
      key,
      created_at_unix_ms: createdAt,
      updated_at_unix_ms: updatedAt,
    }));
    return { scope: scope ?? input.scope, count: entries.length, backend: await backendOf(vault), entries };
  },
});
