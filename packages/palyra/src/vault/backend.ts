/**
 * `palyra-skills.backend.json`: where the key of a vault is.
 *
 *     { "schema_version": 1, "backend": "encrypted_file" }                          in palyra-skills.key
 *     { "schema_version": 2, "key": "passphrase" }                                  in palyra-skills.key.age, under a passphrase
 *     { "schema_version": 2, "key": "keychain", "key_id": 32 hex, "made": true }    in the system's keychain, under that name
 *
 * Its rename is what moves a key. `made` is false while a vault is being made: only then may the secrets be missing. Earlier releases
 * know the first form and refuse the others. No form names the recipient: age does not say who encrypted, so whoever knew it and
 * could write in the folder could put secrets of his own in the place of ours.
 */
import { type JsonReader, readJson, writeJson } from "palyra-skills/encoding";
import { writeFileAtomically } from "../files/index.ts";
import { readPrivate, unavailable, type VaultFiles } from "./vault-files.ts";

export type BackendRecord =
  | { readonly key: "key_file" }
  | { readonly key: "passphrase" }
  | { readonly key: "keychain"; readonly keyId: string; readonly made: boolean };

export type KeyPlace = BackendRecord["key"];

const MAX_BACKEND_FILE_BYTES = 1024;

/** Undefined: there is none. `VaultUnavailable` for one that this version does not know: it is not read as an empty vault. */
export async function readBackend(files: VaultFiles): Promise<BackendRecord | undefined> {
  const bytes = await readPrivate(files, files.backend, MAX_BACKEND_FILE_BYTES);
  if (bytes === undefined) return undefined;
  const read = readJson(bytes, recordIn);
  if (!read.ok) throw unavailable(files, `${files.backend} names no backend that this version has`);
  return read.value;
}

function recordIn(root: JsonReader): BackendRecord {
  const fields = root.object();
  const version = fields.required("schema_version").safeInteger({ min: 1, max: 2 });
  if (version === 1) fields.required("backend").oneOf(["encrypted_file"]);
  const key = version === 1 ? "key_file" : fields.required("key").oneOf(["passphrase", "keychain"]);
  const record: BackendRecord = key === "keychain" ? keychainIn(fields) : { key };
  fields.finish();
  return record;
}

function keychainIn(fields: ReturnType<JsonReader["object"]>): BackendRecord {
  const keyId = fields.required("key_id").string((text) => (KEY_ID.test(text) ? undefined : "not 32 hex digits"));
  return { key: "keychain", keyId, made: fields.required("made").boolean() };
}

const KEY_ID = /^[0-9a-f]{32}$/;

/** A name for an entry of the keychain: it says nothing of what it holds, nor where the vault lies, so that a vault may be moved. */
export function newKeyId(): string {
  return process.getBuiltinModule("node:crypto").randomBytes(16).toString("hex");
}

export function writeBackend(files: VaultFiles, record: BackendRecord): Promise<void> {
  const document =
    record.key === "key_file"
      ? { schema_version: 1, backend: "encrypted_file" }
      : record.key === "passphrase"
        ? { schema_version: 2, key: record.key }
        : { schema_version: 2, key: record.key, key_id: record.keyId, made: record.made };
  return writePrivate(files.backend, `${writeJson(document)}\n`);
}

/** Mode 0600, under one name beside it first: what a killed process leaves there goes with the next write. */
export function writePrivate(file: string, content: Uint8Array | string): Promise<void> {
  return writeFileAtomically(file, content, { mode: 0o600, temporary: beside(file) });
}

/** Where a file of the vault is written before it gets its name. */
export function beside(file: string): string {
  return `${file}.tmp`;
}
