import { encodeUtf8 } from "palyra-skills/encoding";
import { PalyraError } from "../errors.ts";
import { Kept } from "../files/index.ts";
import type { VaultDoor } from "./door.ts";
import { mayBeThere } from "./holds.ts";
import { isOwnKey, parseKey, parseScope, type SecretName, type SecretScope } from "./name.ts";
import { vaultFiles } from "./vault-files.ts";

/** What this system keeps in the vault for itself, in scope `global` (spec 3.3). A vault is made by the first `put`, never by `get`. */
export interface VaultRecords {
  get(key: string): Promise<Uint8Array | undefined>;
  put(key: string, value: string): Promise<void>;
  /** As `put`, where the value is still `from` (undefined: where there is none); false where it is another by now. */
  replace(key: string, from: string | undefined, to: string): Promise<boolean>;
}

/**
 * What was read stays in memory while the vault's folder and files are the same, and is read of one opening: a start asks for six records,
 * and each opening takes milliseconds. Of people's secrets nothing is kept.
 *
 * age is loaded where there is a vault, or where one is to be made. `VaultUnavailable`, `UnsafeStateRoot`, `LockTimeout`, `Io`.
 */
export function vaultRecords(door: VaultDoor, now: () => number): VaultRecords {
  const call = () => ({ now: now(), signal: new AbortController().signal });
  const { folder, secrets, backend, key: keyFile, sealedKey } = vaultFiles(door.folder);
  const files = [folder, secrets, backend, keyFile, sealedKey];
  const kept = new Kept<Promise<ReadonlyMap<string, Uint8Array>>>();
  const readOwn = async (scope: SecretScope) => {
    const found = (await mayBeThere(folder)) ? await (await door.open()).list(scope) : [];
    return new Map(found.filter(({ key }) => isOwnKey(key)).map(({ key, value }) => [key, value] as const));
  };
  return {
    get: async (key) => {
      const name = nameOf(key);
      return (await kept.get(files, "", () => readOwn(name.scope))).get(name.key)?.slice();
    },
    put: async (key, value) => (await door.open()).set(nameOf(key), encodeUtf8(value), call()),
    replace: async (key, from, to) =>
      (await door.open()).replace(nameOf(key), from === undefined ? undefined : encodeUtf8(from), encodeUtf8(to), call()),
  };
}

function nameOf(text: string): SecretName {
  const [scope, key] = [parseScope("global"), isOwnKey(text) ? parseKey(text) : undefined];
  if (scope === undefined || key === undefined) throw new PalyraError("Usage", { problem: `${text} is no key of a secret` });
  return { scope, key };
}
