import * as v from "valibot";
import type { Call } from "../../call.ts";
import { PalyraError } from "../../errors.ts";
import { MAX_SECRET_BYTES } from "../../vault/index.ts";
import { flag, integer } from "../field.ts";
import { operation } from "../operation.ts";
import type { Services } from "../services.ts";
import { backendOf, foreignNameOf, key, scope, VAULT_WRITE_ERRORS } from "./shared.ts";

/** Spec 11.8. */
export interface SecretSetDocument {
  readonly scope: string;
  readonly key: string;
  readonly backend: string;
  readonly operation: "set";
}

export const set = operation({
  input: v.strictObject({
    scope,
    key,
    valueStdin: flag("Read the value from stdin, as it is: a final newline belongs to it"),
    valueFd: v.optional(integer("N", "Read the value from this open file descriptor", 0)),
  }),
  positional: ["scope", "key"],
  confidential: true,
  examples: [
    "secrets set skill:acme.echo api_token",
    "secrets set global signing_key --value-stdin < acme.key",
    "secrets set global api_token --value-fd 3",
  ],
  notes:
    "On a terminal it asks for the value and does not show it. A value is never an argument: others could read it in the list of processes.",
  errors: VAULT_WRITE_ERRORS,
  problem: ({ valueStdin, valueFd }) =>
    valueStdin && valueFd !== undefined ? "--value-stdin and --value-fd exclude each other" : undefined,
  run: async (services, input, call): Promise<SecretSetDocument> => {
    const name = foreignNameOf(input);
    const vault = await services.openVault();
    const value = await readValue(services, input, call);
    try {
      await vault.set(name, value, call);
    } finally {
      value.fill(0);
    }
    return { ...name, backend: await backendOf(vault), operation: "set" };
  },
});

async function readValue(
  { readStdin, readDescriptor }: Services,
  input: { readonly scope: string; readonly key: string; readonly valueStdin: boolean; readonly valueFd?: number | undefined },
  { askSecret }: Call,
): Promise<Uint8Array> {
  const read = async () => {
    if (input.valueStdin) return readStdin(MAX_SECRET_BYTES);
    if (input.valueFd !== undefined) return readDescriptor(input.valueFd, MAX_SECRET_BYTES);
    if (askSecret !== undefined) return askSecret(`Value of ${input.scope}/${input.key}`);
    throw new PalyraError("Usage", {
      problem: "one of --value-stdin and --value-fd is needed where nobody can be asked",
      hint: "--help shows how it is used",
    });
  };
  try {
    return await read();
  } catch (error) {
    const tooLarge = error instanceof PalyraError && "code" in error.details && error.details.code === "EFBIG";
    throw tooLarge ? new PalyraError("Usage", { problem: `the value has more than ${MAX_SECRET_BYTES} bytes` }) : error;
  }
}
