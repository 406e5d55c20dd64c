import { stat } from "node:fs/promises";
import { systemCode } from "../files/index.ts";
import type { VaultDoor } from "./door.ts";
import { parseKey, parseScope } from "./name.ts";
import { vaultFiles } from "./vault-files.ts";

/**
 * Whether the vault holds a declared secret. What no vault can be asked for (a key with `*`, a channel without an account)
 * is never held (spec 11.3). age is loaded where there is a vault only. `VaultUnavailable`, `UnsafeStateRoot`, `Io`.
 */
export async function holdsSecret(door: VaultDoor, scopeText: string, keyText: string): Promise<boolean> {
  const scope = parseScope(scopeText);
  const key = parseKey(keyText);
  if (scope === undefined || key === undefined || !(await mayBeThere(door.folder))) return false;
  return (await (await door.open()).get({ scope, key })) !== undefined;
}

/** Any of its files, or something that cannot be looked at: whoever opens it will say. */
export async function mayBeThere(folder: string): Promise<boolean> {
  const { secrets, backend } = vaultFiles(folder);
  for (const file of [secrets, backend]) {
    const absent = await stat(file).then(
      () => false,
      (error: unknown) => systemCode(error) === "ENOENT",
    );
    if (!absent) return true;
  }
  return false;
}
