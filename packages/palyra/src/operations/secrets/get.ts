import { decodeUtf8, toBase64 } from "palyra-skills/encoding";
import * as v from "valibot";
import { PalyraError } from "../../errors.ts";
import { flag } from "../field.ts";
import { operation } from "../operation.ts";
import { key, nameOf, scope, VAULT_READ_ERRORS } from "./shared.ts";

/** Spec 11.8. */
export interface SecretDocument {
  readonly scope: string;
  readonly key: string;
  readonly value: string;
  readonly reveal: boolean;
  readonly redacted: boolean;
  /** Only where a value that is shown is not UTF-8: its bytes. `value` then has a mark in place of what is no text. */
  readonly value_base64?: string;
}

export const REDACTED = "<redacted>";

export const get = operation({
  input: v.strictObject({ scope, key, reveal: flag("Show the value") }),
  positional: ["scope", "key"],
  confidential: true,
  examples: ["secrets get global api_token", "secrets get global api_token --reveal > token.txt"],
  notes: "With --reveal, and without --json, the bytes of the value are written with nothing added.",
  errors: ["SecretNotFound", ...VAULT_READ_ERRORS],
  run: async (services, input): Promise<SecretDocument> => {
    const name = nameOf(input);
    const secret = await (await services.openVault()).get(name);
    if (secret === undefined) throw new PalyraError("SecretNotFound", name);
    const { reveal } = input;
    if (!reveal) return { ...name, value: REDACTED, reveal, redacted: true };
    const value = decodeUtf8(secret.value);
    if (value !== undefined) return { ...name, value, reveal, redacted: false };
    const lossy = new TextDecoder("utf-8", { ignoreBOM: true }).decode(secret.value);
    return { ...name, value: lossy, reveal, redacted: false, value_base64: toBase64(secret.value) };
  },
});
