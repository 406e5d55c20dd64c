/**
 * The vault (spec 6.4, D18): all secrets in one file encrypted with age, and the identity that opens it in a key file of mode 0600, under a
 * passphrase, or in the system's keychain (decision 8). Whatever is there when a process dies, the next one either goes on with it or
 * refuses it, and a vault that was once whole is never taken for an empty one.
 */
import { PalyraError } from "../errors.ts";
import type { VaultAccess } from "./access.ts";
import { readBackend } from "./backend.ts";
import {
  EMPTY_DOCUMENT,
  findSecret,
  MAX_SECRET_BYTES,
  secretsOf,
  type VaultDocument,
  withoutSecret,
  withSecret,
} from "./document.ts";
import { removeOtherKeys, type Unlocking } from "./identity.ts";
import type { SecretName } from "./name.ts";
import { rekey } from "./rekey.ts";
import { openOrBegin, readVault, withVaultLock, writeVault } from "./store.ts";
import type { Vault, VaultCall } from "./vault.ts";
import { vaultFiles } from "./vault-files.ts";

/** Opens nothing yet: the file is read anew by each call, so that what others wrote meanwhile is seen; its key is asked for once. */
export function ageVault(access: VaultAccess): Vault {
  const files = vaultFiles(access.folder);
  const unlocking: Unlocking = { access, files, known: undefined };
  const read = async () => (await readVault(unlocking)) ?? { document: EMPTY_DOCUMENT };
  return {
    keyPlace: async () => {
      const record = await readBackend(files);
      return record === undefined || (record.key === "keychain" && !record.made) ? undefined : record.key;
    },
    exists: async () => (await readVault(unlocking)) !== undefined,
    get: async (name) => findSecret((await read()).document, name),
    list: async (scope) => secretsOf((await read()).document, scope),
    set: async (name, value, call) => {
      requireSize(value);
      await change(unlocking, call, (document) => withSecret(document, name, value, call.now));
    },
    add: (name, value, call) => replace(unlocking, name, { from: undefined, to: value }, call),
    replace: (name, from, to, call) => replace(unlocking, name, { from, to }, call),
    delete: async (name, call) => {
      // A vault is not made for it.
      if ((await readVault(unlocking)) === undefined) return false;
      return change(unlocking, call, (document) => withoutSecret(document, name));
    },
    rekey: (move, call) => rekey(unlocking, move, call),
  };
}

function requireSize({ byteLength }: Uint8Array): void {
  if (byteLength >= 1 && byteLength <= MAX_SECRET_BYTES) return;
  const problem = byteLength === 0 ? "the value is empty" : `the value has more than ${MAX_SECRET_BYTES} bytes`;
  throw new PalyraError("Usage", { problem });
}

async function replace(
  unlocking: Unlocking,
  name: SecretName,
  { from, to }: { readonly from: Uint8Array | undefined; readonly to: Uint8Array },
  call: VaultCall,
): Promise<boolean> {
  requireSize(to);
  return change(unlocking, call, (document) => {
    const value = findSecret(document, name)?.value;
    const asExpected = value === undefined || from === undefined ? value === from : Buffer.from(value).equals(from);
    return asExpected ? withSecret(document, name, to, call.now) : undefined;
  });
}

/** Changes the document under the lock; false where `edit` gives undefined: nothing to change, and nothing is written. */
async function change(
  unlocking: Unlocking,
  { signal }: VaultCall,
  edit: (document: VaultDocument) => VaultDocument | undefined,
): Promise<boolean> {
  // Nobody is asked for anything while the lock is held (spec 5.2): what is locked is opened before.
  const place = (await readBackend(unlocking.files))?.key ?? "key_file";
  if (place !== "key_file" && unlocking.known === undefined) await readVault(unlocking);
  return withVaultLock(unlocking, signal, async () => {
    const open = await openOrBegin(unlocking);
    const document = edit(open.document);
    if (document === undefined) return false;
    await writeVault(unlocking, document, open, [open.identity]);
    // Of one who died while he moved the key: nothing of the vault hangs on it any more.
    await removeOtherKeys(unlocking, open.record);
    return true;
  });
}
