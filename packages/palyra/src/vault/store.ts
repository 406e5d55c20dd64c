/** What lies in a vault's folder, read as one whole and written step by step. */
import { rm } from "node:fs/promises";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { encodeUtf8 } from "palyra-skills/encoding";
import { PalyraError } from "../errors.ts";
import { faultPoint, io, makeFolder, withLock } from "../files/index.ts";
import { decryptWith, encryptFor } from "./age.ts";
import { type BackendRecord, newKeyId, readBackend, writeBackend, writePrivate } from "./backend.ts";
import { EMPTY_DOCUMENT, MAX_DOCUMENT_BYTES, parseDocument, type VaultDocument, writeDocument } from "./document.ts";
import { inKeychain, putIdentity, readIdentity, readKeyFile, type Unlocking } from "./identity.ts";
import { readPrivate, unavailable, type VaultFiles, vaultFolderIsThere } from "./vault-files.ts";

/** Bytes of the file at most: the document, and what age adds to it. */
const MAX_FILE_BYTES = MAX_DOCUMENT_BYTES + 64 * 1024;
/** Looks at a vault whose key others are moving meanwhile. */
const MAX_LOOKS = 5;

export interface OpenVault {
  readonly document: VaultDocument;
  /** `AGE-SECRET-KEY-1…`. */
  readonly identity: string;
  readonly record: BackendRecord;
  /** Whether the record is on the disk: it is missing, or says `made: false`, where the one who made the vault died before its last step. */
  readonly made: boolean;
}

/**
 * Undefined: there is none. Part of one is an error, and not an empty vault. Whoever reads holds no lock: where it does not open and the
 * record, the secrets or the key in a file were replaced meanwhile, it looks again.
 */
export async function readVault(unlocking: Unlocking): Promise<OpenVault | undefined> {
  for (let looks = 1; ; looks += 1) {
    const before = await look(unlocking.files);
    if (before === undefined) return undefined;
    try {
      return await openVault(unlocking, before);
    } catch (error) {
      if (looks === MAX_LOOKS || isSame(before, await look(unlocking.files))) throw error;
    }
  }
}

interface Look {
  readonly record: BackendRecord | undefined;
  readonly secrets: Uint8Array | undefined;
}

/** Undefined: no vault's folder. */
async function look(files: VaultFiles): Promise<Look | undefined> {
  if (!(await vaultFolderIsThere(files.folder))) return undefined;
  return { record: await readBackend(files), secrets: await readPrivate(files, files.secrets, MAX_FILE_BYTES) };
}

function isSame(before: Look, after: Look | undefined): boolean {
  const bytes = ({ secrets }: Look): Buffer => Buffer.from(secrets ?? []);
  return (
    after !== undefined && JSON.stringify(before.record) === JSON.stringify(after.record) && bytes(before).equals(bytes(after))
  );
}

async function openVault(unlocking: Unlocking, { record, secrets }: Look): Promise<OpenVault | undefined> {
  const { files } = unlocking;
  const made = record !== undefined && !(record.key === "keychain" && !record.made);
  if (secrets === undefined) {
    if (made) throw unavailable(files, `${files.secrets} is missing`);
    return undefined;
  }
  const place: BackendRecord = record ?? { key: "key_file" };
  refuseAnother(unlocking, place);
  const identity = await readIdentity(unlocking, place);
  if (identity === undefined) throw missingKey(files, place);
  return { document: await decrypted(files, secrets, identity), identity, record: place, made };
}

/** Whoever asks for a backend gets that one, or is told. */
function refuseAnother({ access: { backend }, files }: Unlocking, { key }: BackendRecord): void {
  const fits = backend === "auto" || (backend === "keychain") === (key === "keychain");
  if (!fits)
    throw unavailable(
      files,
      `PALYRA_VAULT_BACKEND is ${backend}, and the key is ${key === "keychain" ? "in the keychain" : "in the folder"}; palyra secrets rekey moves it`,
    );
}

function missingKey(files: VaultFiles, { key }: BackendRecord): Error {
  if (key === "keychain")
    return unavailable(
      files,
      "the system's keychain answers, but shows no key of it: it is of another login or machine",
      "keychain",
    );
  const file = key === "passphrase" ? files.sealedKey : files.key;
  return unavailable(files, `${file} is missing: without it the secrets cannot be read`);
}

async function decrypted(files: VaultFiles, encrypted: Uint8Array, identity: string): Promise<VaultDocument> {
  const plain = await decryptWith(identity, encrypted).catch(() => undefined);
  if (plain === undefined) throw unavailable(files, `${files.secrets} cannot be decrypted with its key`);
  const document = parseDocument(plain);
  plain.fill(0);
  if (document === undefined) throw unavailable(files, `${files.secrets} holds no document of secrets`);
  return document;
}

/** Runs `action` under the vault's lock; makes its folder (0700) where it is not there. */
export async function withVaultLock<Result>(
  { files }: Unlocking,
  signal: AbortSignal,
  action: () => Promise<Result>,
): Promise<Result> {
  await io("create", files.folder, () => makeFolder(files.folder, 0o700));
  await vaultFolderIsThere(files.folder);
  return withLock(files.lock, { purpose: "secrets", signal }, action);
}

/** Under the lock: the vault, or an empty one whose key is in its place already. `finish` after the secrets are written. */
export async function openOrBegin(unlocking: Unlocking): Promise<OpenVault> {
  const open = await readVault(unlocking);
  if (open !== undefined) return open;
  return { document: EMPTY_DOCUMENT, made: false, ...(await beginVault(unlocking)) };
}

/**
 * Where nobody said otherwise, the key goes to the keychain if that answers, else to the key file. The key file's order is key, secrets,
 * record; the keychain's is record, key, secrets, record, since nobody would find its entry otherwise.
 */
async function beginVault(unlocking: Unlocking): Promise<Pick<OpenVault, "identity" | "record">> {
  const { access, files } = unlocking;
  // Of one who died after the first step: nothing is encrypted with it, and it is as good as another.
  const left = await readKeyFile(files);
  if (left !== undefined && access.backend !== "keychain") return { identity: left, record: { key: "key_file" } };
  const identity = await generateX25519Identity();
  faultPoint("vault.begin");
  if (access.backend !== "encrypted_file") {
    const record = await beginInKeychain(unlocking, identity);
    if (record !== undefined) return { identity, record };
  }
  const record = { key: "key_file" } as const;
  await putIdentity(unlocking, record, identity, undefined);
  faultPoint("vault.key");
  return { identity, record };
}

/** Undefined: there is none that answers, and none was asked for by name. */
async function beginInKeychain(unlocking: Unlocking, identity: string): Promise<BackendRecord | undefined> {
  const { access, files } = unlocking;
  const begun = await readBackend(files);
  const keyId = begun?.key === "keychain" ? begun.keyId : newKeyId();
  const record = { key: "keychain", keyId, made: false } as const;
  try {
    // Asked first: where none answers, nothing is written for it.
    await inKeychain(files, () => access.keychain.get(keyId));
    await writeBackend(files, record);
    faultPoint("vault.begun");
    await putIdentity(unlocking, record, identity, undefined);
    faultPoint("vault.key");
    return record;
  } catch (error) {
    if (!(error instanceof PalyraError) || error.code !== "VaultUnavailable") throw error;
    await io("remove", files.backend, () => rm(files.backend, { force: true }));
    if (access.backend === "keychain") throw error;
    return undefined;
  }
}

/** Writes the secrets for everybody who is to read them, and the record where it is not there yet. */
export async function writeVault(
  { files }: Unlocking,
  document: VaultDocument,
  { record, made }: Pick<OpenVault, "record" | "made">,
  identities: readonly string[],
): Promise<void> {
  const plain = encodeUtf8(writeDocument(document));
  if (plain.byteLength > MAX_DOCUMENT_BYTES) throw unavailable(files, "it is full: delete what is not needed");
  const encrypted = await encryptFor(await Promise.all(identities.map((each) => identityToRecipient(each))), plain);
  plain.fill(0);
  faultPoint("vault.encrypted");
  await writePrivate(files.secrets, encrypted);
  faultPoint("vault.secrets");
  if (!made) await writeBackend(files, record.key === "keychain" ? { ...record, made: true } : record);
  faultPoint("vault.done");
}
