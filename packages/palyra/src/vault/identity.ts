/** The age identity that opens a vault, in each of the places where it can be kept. */
import { rm } from "node:fs/promises";
import { Decrypter, Encrypter } from "age-encryption";
import { decodeUtf8, encodeUtf8 } from "palyra-skills/encoding";
import { faultPoint, io } from "../files/index.ts";
import type { VaultAccess } from "./access.ts";
import { type BackendRecord, beside, writePrivate } from "./backend.ts";
import { KeychainFailure } from "./keychain.ts";
import { readPrivate, unavailable, type VaultFiles } from "./vault-files.ts";

/** Bytes; an identity has 75. */
const MAX_KEY_FILE_BYTES = 1024;
/** Bytes; age adds some 200. */
const MAX_SEALED_KEY_BYTES = 4096;
/** Bytes of a passphrase at most. */
export const MAX_PASSPHRASE_BYTES = 1024;

/** What a process has opened once: neither a passphrase nor the keychain is asked twice. */
export interface Unlocked {
  readonly by: string;
  readonly identity: string;
}

/** How an identity is got at: with what one process knows already. */
export interface Unlocking {
  readonly access: VaultAccess;
  readonly files: VaultFiles;
  known: Unlocked | undefined;
}

/** Undefined: the place has none. `VaultUnavailable`: it is locked, or what it has is no identity. */
export async function readIdentity(unlocking: Unlocking, record: BackendRecord): Promise<string | undefined> {
  switch (record.key) {
    case "key_file":
      return readKeyFile(unlocking.files);
    case "passphrase":
      return readSealedKey(unlocking);
    case "keychain":
      return readKeychain(unlocking, record.keyId);
  }
}

export async function readKeyFile(files: VaultFiles): Promise<string | undefined> {
  const bytes = await readPrivate(files, files.key, MAX_KEY_FILE_BYTES);
  if (bytes === undefined) return undefined;
  const identity = identityIn(bytes);
  if (identity === undefined) throw unavailable(files, `${files.key} holds no age identity`);
  return identity;
}

async function readSealedKey(unlocking: Unlocking): Promise<string | undefined> {
  const { files, access } = unlocking;
  const sealed = await readPrivate(files, files.sealedKey, MAX_SEALED_KEY_BYTES);
  if (sealed === undefined) return undefined;
  const by = Buffer.from(sealed).toString("base64");
  if (unlocking.known?.by === by) return unlocking.known.identity;
  const passphrase = await access.passphrase();
  const plain = await unseal(sealed, passphrase).catch(() => undefined);
  passphrase.fill(0);
  if (plain === undefined) throw unavailable(files, "the passphrase is wrong", "passphrase");
  const identity = identityIn(plain);
  if (identity === undefined) throw unavailable(files, `${files.sealedKey} holds no age identity`);
  unlocking.known = { by, identity };
  return identity;
}

async function readKeychain(unlocking: Unlocking, keyId: string): Promise<string | undefined> {
  const { files, access } = unlocking;
  if (unlocking.known?.by === keyId) return unlocking.known.identity;
  const text = await inKeychain(files, () => access.keychain.get(keyId));
  if (text === undefined) return undefined;
  const identity = identityIn(encodeUtf8(text));
  if (identity === undefined) throw unavailable(files, `the keychain's entry ${keyId} holds no age identity`);
  unlocking.known = { by: keyId, identity };
  return identity;
}

/** Puts an identity in its place; the record that names the place is the caller's. */
export async function putIdentity(
  { files, access }: Unlocking,
  record: BackendRecord,
  identity: string,
  passphrase: Uint8Array | undefined,
): Promise<void> {
  switch (record.key) {
    case "key_file":
      return writePrivate(files.key, `${identity}\n`);
    case "passphrase":
      if (passphrase === undefined) throw unavailable(files, "there is no passphrase to keep its key under");
      return writePrivate(files.sealedKey, await seal(`${identity}\n`, passphrase, access.workFactor));
    case "keychain":
      return inKeychain(files, async () => {
        await access.keychain.put(record.keyId, identity);
        // One that takes an entry and does not give it back would lose the vault.
        if ((await access.keychain.get(record.keyId)) !== identity)
          throw new KeychainFailure("it does not keep what it was given");
      });
  }
}

/** Under the lock: removes keys that the vault was moved away from, and what a killed process was writing. False: an entry of the keychain stays. */
export async function removeOtherKeys(
  { files, access }: Unlocking,
  now: BackendRecord,
  before?: BackendRecord,
): Promise<boolean> {
  const others = [
    ...(now.key === "key_file" ? [] : [files.key]),
    ...(now.key === "passphrase" ? [] : [files.sealedKey]),
    ...[files.key, files.sealedKey, files.backend].map(beside),
  ];
  for (const file of others) await io("remove", file, () => rm(file, { force: true }));
  faultPoint("vault.removed");
  if (before?.key !== "keychain" || (now.key === "keychain" && now.keyId === before.keyId)) return true;
  return access.keychain.delete(before.keyId).then(
    () => true,
    () => false,
  );
}

/** A keychain that fails is said as that, and is nothing that an empty vault could stand for. */
export async function inKeychain<Result>(files: VaultFiles, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof KeychainFailure)) throw error;
    throw unavailable(files, `the system's keychain does not answer: ${error.problem}`, "keychain");
  }
}

function identityIn(bytes: Uint8Array): string | undefined {
  const text = (decodeUtf8(bytes) ?? "").replace(/\n$/, "");
  bytes.fill(0);
  return /^AGE-SECRET-KEY-1[0-9A-Z]+$/.test(text) ? text : undefined;
}

function seal(text: string, passphrase: Uint8Array, workFactor: number | undefined): Promise<Uint8Array> {
  const encrypter = new Encrypter();
  if (workFactor !== undefined) encrypter.setScryptWorkFactor(workFactor);
  encrypter.setPassphrase(textOf(passphrase));
  return encrypter.encrypt(encodeUtf8(text));
}

async function unseal(sealed: Uint8Array, passphrase: Uint8Array): Promise<Uint8Array> {
  const decrypter = new Decrypter();
  decrypter.addPassphrase(textOf(passphrase));
  return decrypter.decrypt(sealed);
}

/** age takes a text. Bytes that are none are no passphrase: taken for the empty text, each of them would open what another closed. */
function textOf(passphrase: Uint8Array): string {
  const text = decodeUtf8(passphrase);
  if (text === undefined) throw new TypeError("a passphrase that is no UTF-8");
  return text;
}
