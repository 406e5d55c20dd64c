import { encodeUtf8 } from "palyra-skills/encoding";
import { PalyraError } from "../errors.ts";
import type { VaultDoor } from "./door.ts";
import { mayBeThere } from "./holds.ts";
import { parseKey, parseScope, type SecretName } from "./name.ts";

/** What this system keeps in the vault for itself, in scope `global` (spec 3.3). A vault is made by the first `put`, never by `get`. */
export interface VaultRecords {
  get(key: string): Promise<Uint8Array | undefined>;
  put(key: string, value: string): Promise<void>;
  /** As `put`, where the value is still `from` (undefined: where there is none); false where it is another by now. */
  replace(key: string, from: string | undefined, to: string): Promise<boolean>;
}

/** age is loaded where there is a vault, or where one is to be made. `VaultUnavailable`, `UnsafeStateRoot`, `LockTimeout`, `Io`. */
export function vaultRecords(door: VaultDoor, now: () => number): VaultRecords {
  const call = () => ({ now: now(), signal: new AbortController().signal });
  return {
    get: async (key) => ((await mayBeThere(door.folder)) ? (await (await door.open()).get(nameOf(key)))?.value : undefined),
    put: async (key, value) => (await door.open()).set(nameOf(key), encodeUtf8(value), call()),
    replace: async (key, from, to) =>
      (await door.open()).replace(nameOf(key), from === undefined ? undefined : encodeUtf8(from), encodeUtf8(to), call()),
  };
}

function nameOf(text: string): SecretName {
  const [scope, key] = [parseScope("global"), parseKey(text)];
  if (scope === undefined || key === undefined) throw new PalyraError("Usage", { problem: `${text} is no key of a secret` });
  return { scope, key };
}
