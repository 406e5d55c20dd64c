/** The vault, and what is kept in it of the trust store. */

import { PalyraError } from "../../errors.ts";
import { trustPlace } from "../../lifecycle/index.ts";
import { readTrust } from "../../trust/index.ts";
import { vaultFiles } from "../../vault/vault-files.ts";
import type { Services } from "../services.ts";
import { type Finding, findingOf, ok, VAULT_FIRST, warning } from "./finding.ts";
import { isThere } from "./leftovers.ts";

const KEY = {
  key_file: "its key is in a file beside it",
  passphrase: "its key is under a passphrase",
  keychain: "its key is in the system's keychain",
} as const;

export async function lookVault({ openVault, settings }: Services): Promise<readonly Finding[]> {
  const where = settings.vaultDir.value;
  try {
    const vault = await openVault();
    const place = await vault.keyPlace();
    if (!(await vault.exists())) return [ok("vault", "none has been made yet")];
    const files = vaultFiles(where);
    const strays = place === "key_file" ? [files.sealedKey] : place === "passphrase" ? [files.key] : [files.key, files.sealedKey];
    const opens = ok("vault", `it opens; ${KEY[place ?? "key_file"]}`, where);
    const left: Finding[] = [];
    for (const stray of strays)
      if (place !== undefined && (await isThere(stray)))
        left.push(
          warning("vault_key_left", "a key from before its key was moved lies here still", {
            where: stray,
            advice: `palyra secrets rekey --to ${place.replace("_", "-")}, which removes it and makes it worthless`,
          }),
        );
    return [opens, ...left];
  } catch (error) {
    return [findingOf("vault", error, where)];
  }
}

/** Spec 3.3: whether the files are what was written last. Changes are never taken over here. */
export async function lookTrust({ home }: Services): Promise<Finding> {
  const where = home.places.trustStore;
  try {
    const state = await readTrust(trustPlace(home));
    if (state.isRecorded) return ok("trust_store", "it is what was recorded of it", where);
    const advice = "look at it (palyra skills trust list), then: palyra skills trust accept-changes";
    return warning("trust_store", "no digest of it is kept: nobody would see a change", { where, advice });
  } catch (error) {
    if (error instanceof PalyraError && error.code === "VaultUnavailable")
      return warning("trust_store", "it cannot be held against its digest while the vault is shut", { where, ...VAULT_FIRST });
    return findingOf("trust_store", error, where);
  }
}
