import * as v from "valibot";
import { operation } from "../operation.ts";
import { foreignNameOf, key, scope, VAULT_WRITE_ERRORS } from "./shared.ts";

/** Spec 11.8. */
export interface SecretDeleteDocument {
  readonly scope: string;
  readonly key: string;
  /** False: there was none. */
  readonly deleted: boolean;
  readonly operation: "delete";
}

export const remove = operation({
  input: v.strictObject({ scope, key }),
  positional: ["scope", "key"],
  confidential: true,
  examples: ["secrets delete global api_token"],
  errors: VAULT_WRITE_ERRORS,
  run: async (services, input, call): Promise<SecretDeleteDocument> => {
    const name = foreignNameOf(input);
    return { ...name, deleted: await (await services.openVault()).delete(name, call), operation: "delete" };
  },
});
