import { stat } from "node:fs/promises";
import { systemCode } from "../files/index.ts";
import type { VaultDoor } from "./door.ts";
import { parseKey, parseScope, type SecretKeyName, type SecretScope } from "./name.ts";
import { vaultFiles } from "./vault-files.ts";

/**
 * Whether the vault holds a declared secret. What no vault can be asked for (a key with `*`, a channel without an account)
 * is never held (spec 11.3). age is loaded where there is a vault only. `VaultUnavailable`, `UnsafeStateRoot`, `Io`.
 */
export async function holdsSecret(door: VaultDoor, scopeText: string, keyText: string): Promise<boolean> {
  const scope = parseScope(scopeText);
  const key = parseKey(keyText);
  if (scope === undefined || key === undefined || !(await mayBeThere(door.folder))) return false;
  return (await keysOf(door, scope)).has(key);
}

interface Names {
  readonly stamp: string;
  readonly keys: Map<SecretScope, ReadonlySet<SecretKeyName>>;
}
const known = new WeakMap<VaultDoor, Names>();

/** A check of a thousand skills asks as often: names, never values, are kept while the file of secrets is the same one. */
async function keysOf(door: VaultDoor, scope: SecretScope): Promise<ReadonlySet<SecretKeyName>> {
  const stamp = await stampOf(vaultFiles(door.folder).secrets);
  const before = known.get(door);
  const names = stamp !== undefined && before?.stamp === stamp ? before : { stamp: stamp ?? "", keys: new Map() };
  const keys = names.keys.get(scope) ?? new Set((await (await door.open()).list(scope)).map(({ key }) => key));
  names.keys.set(scope, keys);
  if (stamp !== undefined) known.set(door, names);
  return keys;
}

/** Each change renames another file into its place. */
async function stampOf(file: string): Promise<string | undefined> {
  const found = await stat(file, { bigint: true }).catch(() => undefined);
  return found && [found.ino, found.size, found.mtimeNs, found.ctimeNs].join(" ");
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
