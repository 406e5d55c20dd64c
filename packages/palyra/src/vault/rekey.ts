/** Another key in another place (spec 6.4), such that at every moment one that the record names opens the vault. */
import { generateX25519Identity } from "age-encryption";
import { decodeUtf8 } from "palyra-skills/encoding";
import { PalyraError } from "../errors.ts";
import { faultPoint } from "../files/index.ts";
import { type BackendRecord, type KeyPlace, newKeyId, writeBackend } from "./backend.ts";
import { MAX_PASSPHRASE_BYTES, putIdentity, removeOtherKeys, type Unlocking } from "./identity.ts";
import { openOrBegin, readVault, withVaultLock, writeVault } from "./store.ts";
import type { KeyMove, KeyMoved, VaultCall } from "./vault.ts";

/**
 * A new identity: who had the old one cannot read what comes after. The secrets are first encrypted for both, the new one is put in its
 * place, the record names that place, and only then the old one goes: killed anywhere, the next one to write tidies up.
 */
export async function rekey(unlocking: Unlocking, { to, passphrase }: KeyMove, { signal }: VaultCall): Promise<KeyMoved> {
  requireFit(unlocking, to);
  if (to === "passphrase") requirePassphrase(passphrase);
  // Whatever opens it is asked for before the lock is held (spec 5.2). Where the key is now is no matter: it is what is to change.
  const freed: Unlocking = { ...unlocking, access: { ...unlocking.access, backend: "auto" } };
  await readVault(freed);
  return withVaultLock(freed, signal, async () => {
    const open = await openOrBegin(freed);
    if (!open.made) await writeVault(freed, open.document, open, [open.identity]);
    const document = { ...open.document, revision: open.document.revision + 1 };
    const identity = await generateX25519Identity();
    const record = recordOf(to);
    await writeVault(freed, document, { record: open.record, made: true }, [open.identity, identity]);
    faultPoint("vault.both");
    await putIdentity(freed, record, identity, passphrase);
    faultPoint("vault.moved");
    await writeBackend(freed.files, record);
    faultPoint("vault.named");
    await writeVault(freed, document, { record, made: true }, [identity]);
    const removed = await removeOtherKeys(freed, record, open.record);
    faultPoint("vault.rekeyed");
    unlocking.known = undefined;
    return { from: open.made ? open.record.key : null, to, oldKeyRemoved: removed };
  });
}

function recordOf(to: KeyPlace): BackendRecord {
  return to === "keychain" ? { key: to, keyId: newKeyId(), made: true } : { key: to };
}

/** What the environment asks for would refuse the vault from then on. */
function requireFit({ access: { backend } }: Unlocking, to: KeyPlace): void {
  if (backend === "auto" || (backend === "keychain") === (to === "keychain")) return;
  throw new PalyraError("Usage", { problem: `PALYRA_VAULT_BACKEND is ${backend}: a vault with its key there would be refused` });
}

function requirePassphrase(passphrase: Uint8Array | undefined): void {
  const problem =
    passphrase === undefined || passphrase.byteLength === 0
      ? "the passphrase is empty"
      : passphrase.byteLength > MAX_PASSPHRASE_BYTES
        ? `the passphrase has more than ${MAX_PASSPHRASE_BYTES} bytes`
        : decodeUtf8(passphrase) === undefined
          ? "the passphrase is no UTF-8"
          : undefined;
  if (problem !== undefined) throw new PalyraError("Usage", { problem });
}
