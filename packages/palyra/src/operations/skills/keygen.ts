import * as v from "valibot";
import { generateKey } from "../../authoring/index.ts";
import { text } from "../field.ts";
import { operation } from "../operation.ts";

/** Spec 6.1. */
export interface KeygenDocument {
  readonly key_id: string;
  readonly public_key_hex: string;
  readonly output: string;
}

export const keygen = operation({
  input: v.strictObject({ output: text("FILE", "Where the secret key is written; never overwritten") }),
  examples: ["skills keygen --output acme.key"],
  notes:
    "The file holds the secret key as 64 hex digits, readable by you alone. Keep it where no build log and no repository sees it.",
  later: { vault: "the vault" },
  errors: ["Io"],
  run: async ({ home, randomBytes }, { output }): Promise<KeygenDocument> => {
    const { keyId: key_id, publicKeyHex: public_key_hex } = await generateKey(output, randomBytes, home.platform);
    return { key_id, public_key_hex, output };
  },
});
