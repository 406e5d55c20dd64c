/**
 * The vault as a file encrypted with age (spec 6.4, D18), its key in a file of mode 0600 beside it. Made in the order key, secrets,
 * backend: whatever is there when a process dies, the next one either goes on with it or refuses it, and a vault that was once whole
 * is never taken for an empty one.
 */
import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from "age-encryption";
import { decodeUtf8, encodeUtf8, readJson } from "palyra-skills/encoding";
import { PalyraError } from "../errors.ts";
import { faultPoint, io, makeFolder, withLock, writeFileAtomically } from "../files/index.ts";
import {
  EMPTY_DOCUMENT,
  findSecret,
  MAX_DOCUMENT_BYTES,
  MAX_SECRET_BYTES,
  parseDocument,
  secretsOf,
  type VaultDocument,
  withoutSecret,
  withSecret,
  writeDocument,
} from "./document.ts";
import type { Vault, VaultCall } from "./vault.ts";
import { readPrivate, unavailable, type VaultFiles, vaultFiles, vaultFolderIsThere } from "./vault-files.ts";

/** Bytes of the file at most: the document, and what age adds to it. */
const MAX_FILE_BYTES = MAX_DOCUMENT_BYTES + 64 * 1024;
/** Bytes; an identity has 75. */
const MAX_KEY_FILE_BYTES = 1024;
const MAX_BACKEND_FILE_BYTES = 1024;
const BACKEND_DOCUMENT = '{"schema_version":1,"backend":"encrypted_file"}\n';

/** Opens nothing yet: the file is read anew by each call, so that what others wrote meanwhile is seen. */
export function ageFileVault(folder: string): Vault {
  const files = vaultFiles(folder);
  const read = async () => (await readVault(files)) ?? { document: EMPTY_DOCUMENT };
  return {
    backend: "encrypted_file",
    exists: async () => (await readVault(files)) !== undefined,
    get: async (name) => findSecret((await read()).document, name),
    list: async (scope) => secretsOf((await read()).document, scope),
    set: async (name, value, call) => {
      requireSize(value);
      await change(files, call, (document) => withSecret(document, name, value, call.now));
    },
    add: (name, value, call) => {
      requireSize(value);
      return change(files, call, (document) =>
        findSecret(document, name) === undefined ? withSecret(document, name, value, call.now) : undefined,
      );
    },
    delete: async (name, call) => {
      // A vault is not made for it.
      if ((await readVault(files)) === undefined) return false;
      return change(files, call, (document) => withoutSecret(document, name));
    },
  };
}

function requireSize({ byteLength }: Uint8Array): void {
  if (byteLength >= 1 && byteLength <= MAX_SECRET_BYTES) return;
  const problem = byteLength === 0 ? "the value is empty" : `the value has more than ${MAX_SECRET_BYTES} bytes`;
  throw new PalyraError("Usage", { problem });
}

interface OpenVault {
  readonly document: VaultDocument;
  /** `AGE-SECRET-KEY-1…`. */
  readonly identity: string;
}

/** Undefined: there is none. Part of one is an error, and not an empty vault. */
async function readVault(files: VaultFiles): Promise<OpenVault | undefined> {
  if (!(await vaultFolderIsThere(files.folder))) return undefined;
  const chosen = await readBackend(files);
  const encrypted = await readPrivate(files, files.secrets, MAX_FILE_BYTES);
  if (encrypted === undefined) {
    if (chosen) throw unavailable(files, `${files.secrets} is missing`);
    return undefined;
  }
  const identity = await readIdentity(files);
  if (identity === undefined) throw unavailable(files, `${files.key} is missing: without it the secrets cannot be read`);
  return { document: await decrypted(files, encrypted, identity), identity };
}

/** Whether the vault was finished. One that another backend keeps is not read as empty. */
async function readBackend(files: VaultFiles): Promise<boolean> {
  const bytes = await readPrivate(files, files.backend, MAX_BACKEND_FILE_BYTES);
  if (bytes === undefined) return false;
  const read = readJson(bytes, (root) => {
    const fields = root.object();
    fields.required("schema_version").safeInteger({ min: 1, max: 1 });
    fields.required("backend").oneOf(["encrypted_file"]);
    fields.finish();
  });
  if (!read.ok) throw unavailable(files, `${files.backend} names no backend that this version has`);
  return true;
}

async function readIdentity(files: VaultFiles): Promise<string | undefined> {
  const bytes = await readPrivate(files, files.key, MAX_KEY_FILE_BYTES);
  if (bytes === undefined) return undefined;
  const identity = (decodeUtf8(bytes) ?? "").replace(/\n$/, "");
  if (!/^AGE-SECRET-KEY-1[0-9A-Z]+$/.test(identity)) throw unavailable(files, `${files.key} holds no age identity`);
  return identity;
}

async function decrypted(files: VaultFiles, encrypted: Uint8Array, identity: string): Promise<VaultDocument> {
  const plain = await decrypt(encrypted, identity).catch(() => undefined);
  if (plain === undefined) throw unavailable(files, `${files.secrets} cannot be decrypted with ${files.key}`);
  const document = parseDocument(plain);
  plain.fill(0);
  if (document === undefined) throw unavailable(files, `${files.secrets} holds no document of secrets`);
  return document;
}

async function decrypt(encrypted: Uint8Array, identity: string): Promise<Uint8Array> {
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  return decrypter.decrypt(encrypted);
}

/** Changes the document under the lock; false where `edit` gives undefined: nothing to change, and nothing is written. */
async function change(
  files: VaultFiles,
  { signal }: VaultCall,
  edit: (document: VaultDocument) => VaultDocument | undefined,
): Promise<boolean> {
  await io("create", files.folder, () => makeFolder(files.folder, 0o700));
  await vaultFolderIsThere(files.folder);
  return withLock(files.lock, { purpose: "secrets", signal }, async () => {
    const open = await readVault(files);
    const document = edit(open?.document ?? EMPTY_DOCUMENT);
    if (document === undefined) return false;
    const identity = open?.identity ?? (await makeIdentity(files));
    await writeSecrets(files, document, identity);
    // Missing where the one who made the vault died before its last step.
    if (!(await readBackend(files))) await write(files.backend, BACKEND_DOCUMENT);
    faultPoint("vault.done");
    return true;
  });
}

async function makeIdentity(files: VaultFiles): Promise<string> {
  // Of one who died after the first step: nothing is encrypted with it, and it is as good as another.
  const left = await readIdentity(files);
  if (left !== undefined) return left;
  const identity = await generateX25519Identity();
  faultPoint("vault.begin");
  await write(files.key, `${identity}\n`);
  faultPoint("vault.key");
  return identity;
}

async function writeSecrets(files: VaultFiles, document: VaultDocument, identity: string): Promise<void> {
  const plain = encodeUtf8(writeDocument(document));
  if (plain.byteLength > MAX_DOCUMENT_BYTES) throw unavailable(files, "it is full: delete what is not needed");
  const encrypter = new Encrypter();
  encrypter.addRecipient(await identityToRecipient(identity));
  const encrypted = await encrypter.encrypt(plain);
  plain.fill(0);
  faultPoint("vault.encrypted");
  await write(files.secrets, encrypted);
  faultPoint("vault.secrets");
}

/** Written under one name beside it: what a killed process leaves there goes with the next write. */
function write(file: string, content: Uint8Array | string): Promise<void> {
  return writeFileAtomically(file, content, { mode: 0o600, temporary: `${file}.tmp` });
}
