import { encodeUtf8 } from "palyra-skills/encoding";
import { PalyraError } from "../errors.ts";
import { mayBeThere } from "./holds.ts";
import { parseKey, parseScope, type SecretName } from "./name.ts";

/** What this system keeps in the vault for itself, in scope `global` (spec 3.3). A vault is made by the first `put`, never by `get`. */
export interface VaultRecords {
  get(key: string): Promise<Uint8Array | undefined>;
  put(key: string, value: string): Promise<void>;
}

/** age is loaded where there is a vault, or where one is to be made. `VaultUnavailable`, `UnsafeStateRoot`, `LockTimeout`, `Io`. */
export function vaultRecords(folder: string, now: () => number): VaultRecords {
  const vault = async () => (await import("./age-file.ts")).ageFileVault(folder);
  return {
    get: async (key) => ((await mayBeThere(folder)) ? (await (await vault()).get(nameOf(key)))?.value : undefined),
    put: async (key, value) =>
      (await vault()).set(nameOf(key), encodeUtf8(value), { now: now(), signal: new AbortController().signal }),
  };
}

function nameOf(text: string): SecretName {
  const [scope, key] = [parseScope("global"), parseKey(text)];
  if (scope === undefined || key === undefined) throw new PalyraError("Usage", { problem: `${text} is no key of a secret` });
  return { scope, key };
}
