import * as v from "valibot";
import type { Call } from "../../call.ts";
import { PalyraError } from "../../errors.ts";
import { type KeyPlace, MAX_PASSPHRASE_BYTES, withoutLineFeed } from "../../vault/index.ts";
import { choice, integer } from "../field.ts";
import { operation } from "../operation.ts";
import type { Services } from "../services.ts";
import { VAULT_WRITE_ERRORS } from "./shared.ts";

/** Spec 6.4 names no such command: this one is ours. */
export interface SecretRekeyDocument {
  readonly vault_dir: string;
  /** Null: there was no vault, and one was made. */
  readonly from: KeyPlace | null;
  readonly to: KeyPlace;
  /** False: the old entry of the keychain could not be removed. It opens nothing any more. */
  readonly old_key_removed: boolean;
  readonly operation: "rekey";
}

const PLACES = { keychain: "keychain", "key-file": "key_file", passphrase: "passphrase" } as const;

export const rekey = operation({
  input: v.strictObject({
    to: choice(["keychain", "key-file", "passphrase"], "PLACE", "Where the new key is kept: keychain, key-file or passphrase"),
    passphraseFd: v.optional(integer("N", "Read the new passphrase from this open file descriptor", 0)),
  }),
  confidential: true,
  examples: [
    "secrets rekey --to keychain",
    "secrets rekey --to passphrase",
    "secrets rekey --to key-file",
    "secrets rekey --to passphrase --passphrase-fd 3",
  ],
  notes:
    "The secrets are encrypted anew for a key that nobody has seen; the old one opens them no longer. The passphrase that opens the vault now is asked for, or read from the file that PALYRA_VAULT_PASSPHRASE_FILE names.",
  errors: VAULT_WRITE_ERRORS,
  problem: ({ to, passphraseFd }) =>
    passphraseFd !== undefined && to !== "passphrase" ? "--passphrase-fd needs --to passphrase" : undefined,
  run: async (services, input, call): Promise<SecretRekeyDocument> => {
    const to = PLACES[input.to];
    const vault = await services.openVault();
    // What opens it now is asked for first, as people expect it.
    await vault.exists();
    const passphrase = to === "passphrase" ? await newPassphrase(services, input.passphraseFd, call) : undefined;
    try {
      call.progress("encrypting for the new key");
      const moved = await vault.rekey(passphrase === undefined ? { to } : { to, passphrase }, call);
      return {
        vault_dir: services.settings.vaultDir.value,
        from: moved.from,
        to: moved.to,
        old_key_removed: moved.oldKeyRemoved,
        operation: "rekey",
      };
    } finally {
      passphrase?.fill(0);
    }
  },
});

async function newPassphrase(
  { readDescriptor }: Services,
  descriptor: number | undefined,
  { askSecret }: Call,
): Promise<Uint8Array> {
  if (descriptor !== undefined) return withoutLineFeed(await readDescriptor(descriptor, MAX_PASSPHRASE_BYTES + 2));
  if (askSecret === undefined)
    throw new PalyraError("Usage", {
      problem: "--passphrase-fd is needed where nobody can be asked",
      hint: "a passphrase is never an argument: others could read it in the list of processes",
    });
  const first = await askSecret("New passphrase of the vault");
  const second = await askSecret("The same again");
  const same = Buffer.from(first).equals(second);
  second.fill(0);
  if (same) return first;
  first.fill(0);
  throw new PalyraError("Usage", { problem: "these are two different passphrases; nothing was changed" });
}
