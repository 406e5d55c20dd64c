import { encodeUtf8 } from "palyra-skills/encoding";
import * as v from "valibot";
import { generateKey, writeKeyFile } from "../../authoring/index.ts";
import { PalyraError } from "../../errors.ts";
import { outputFile } from "../field.ts";
import { operation } from "../operation.ts";
import { referenceOf, secretReference, VAULT_WRITE_ERRORS } from "../secrets/shared.ts";

/** Spec 6.1. */
export interface KeygenDocument {
  readonly key_id: string;
  readonly public_key_hex: string;
  /** Where it was written: this or the other. */
  readonly output?: string;
  readonly vault_ref?: string;
}

export const keygen = operation({
  input: v.strictObject({
    output: v.optional(outputFile("Where the secret key is written; never overwritten", { stdout: false })),
    vault: v.optional(secretReference("Keep the secret key in the vault instead; never overwritten")),
  }),
  examples: ["skills keygen --output acme.key", "skills keygen --vault global/acme_signing_key"],
  notes:
    "The file holds the secret key as 64 hex digits, readable by you alone. Keep it where no build log and no repository sees it.",
  errors: VAULT_WRITE_ERRORS,
  problem: ({ output, vault }) => {
    if (output !== undefined && vault !== undefined) return "--output and --vault exclude each other";
    return output === undefined && vault === undefined ? "one of --output and --vault is needed" : undefined;
  },
  run: async (services, { output, vault }, call): Promise<KeygenDocument> => {
    const keep = async (secret: string): Promise<void> => {
      if (output !== undefined) return writeKeyFile(output, secret);
      const reference = vault ?? "";
      const added = await (await services.openVault()).add(referenceOf(reference), encodeUtf8(secret), call);
      if (!added) throw new PalyraError("Io", { action: "write", file: reference, code: "EEXIST" });
    };
    const { keyId: key_id, publicKeyHex: public_key_hex } = await generateKey(services.randomBytes, services.home.platform, keep);
    return {
      key_id,
      public_key_hex,
      ...(output === undefined ? {} : { output }),
      ...(vault === undefined ? {} : { vault_ref: vault }),
    };
  },
});
