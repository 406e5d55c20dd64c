/**
 * The trust store as a file, and `trust-constraints.json` in the same folder (spec 3.1). Read in one go: what is decided on are the
 * very bytes that were read (T7).
 */
import { stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  EMPTY_CONSTRAINTS,
  EMPTY_TRUST_STORE,
  parseConstraints,
  parseTrustStore,
  writeConstraints,
  writeTrustStore,
} from "palyra-skills/trust";
import { PalyraError } from "../errors.ts";
import { fileMark, readRegular } from "../files/index.ts";
import type { TrustDocuments } from "./change.ts";
import {
  changedFile,
  digestsOf,
  type IntegrityRecord,
  isSameRecord,
  readRecord,
  type TrustBytes,
  type TrustPlace,
} from "./integrity.ts";

/** Bytes; far beyond any store that people keep. */
export const MAX_TRUST_FILE_BYTES = 16 * 1024 * 1024;

export interface TrustFiles {
  readonly folder: string;
  readonly store: string;
  readonly constraints: string;
  /** One for a folder: stores that lie side by side share their constraints. */
  readonly lock: string;
}

/** What the files hold now. */
export interface TrustState extends TrustDocuments {
  readonly files: TrustFiles;
  readonly bytes: TrustBytes;
  /** False: a store that was named, that says something, and of which no digest is kept (spec 3.3). */
  readonly isRecorded: boolean;
}

export function trustFiles(trustStore: string): TrustFiles {
  const folder = dirname(trustStore);
  return {
    folder,
    store: trustStore,
    constraints: join(folder, "trust-constraints.json"),
    lock: join(folder, ".trust.lock"),
  };
}

/** How the files look from outside: another text once one was written. A hint, never a proof. */
export function trustMark({ file }: Pick<TrustPlace, "file">): string {
  const { store, constraints } = trustFiles(file);
  return `${fileMark(store) ?? "none"} ${fileMark(constraints) ?? "none"}`;
}

/**
 * Reads store and constraints, each once; missing files are empty ones. The one way to them: what was changed by anybody else is
 * `TrustStoreChanged`. `Serialization` names the file and the entry; `VaultUnavailable`, `UnsafeStateRoot`, `Io`. Makes nothing.
 */
export async function readTrust(place: TrustPlace): Promise<TrustState> {
  let record = await readRecord(place);
  let seen: string | null | undefined;
  // Read without the lock: writers may come between record and files. What is found twice under one record is no writer of ours.
  for (let attempt = 1; ; attempt += 1) {
    const found = await readAgainst(place, record);
    if (!("changed" in found)) return found;
    const { changed } = found;
    const later = await readRecord(place);
    if ((isSameRecord(record, later) && changed.actual === seen) || attempt === MAX_ATTEMPTS)
      throw trustStoreChanged(trustFiles(place.file), changed);
    record = later;
    seen = changed.actual;
  }
}

/** Each but two has met another writer; far beyond what many of them at once come to. */
const MAX_ATTEMPTS = 1000;

async function readAgainst(
  place: TrustPlace,
  record: IntegrityRecord | undefined,
): Promise<TrustState | { readonly changed: Changed }> {
  const { bytes } = await readTrustUnsealed(place);
  const files = trustFiles(place.file);
  // spec 3.3, T7: before a byte of it is looked at; a file that is gone is a change as well.
  const changed = record && changedFile(record, digestsOf(bytes));
  if (changed) return { changed };
  const documents = parseTrust(files, bytes);
  const saysNothing = isSame(documents, { store: EMPTY_TRUST_STORE, constraints: EMPTY_CONSTRAINTS });
  // spec 3.3, T25: what lay there before we came may be anybody's.
  if (record === undefined && place.isDefault && !saysNothing) return { changed: unrecorded(bytes) };
  return { files, bytes, ...documents, isRecorded: record !== undefined || saysNothing };
}

/** As they are, whether or not that is what is recorded: for whoever decides on that. What `readTrust` throws but `TrustStoreChanged`. */
export async function readTrustUnsealed({ file }: TrustPlace): Promise<{ readonly bytes: TrustBytes }> {
  const files = trustFiles(file);
  return { bytes: { store: await readAll(files.store), constraints: await readAll(files.constraints) } };
}

/** `Serialization` names the file and the entry. */
export function parseTrust(files: TrustFiles, { store, constraints }: TrustBytes): TrustDocuments {
  return {
    store: store === undefined ? EMPTY_TRUST_STORE : parseTrustStore(store, files.store),
    constraints: constraints === undefined ? EMPTY_CONSTRAINTS : parseConstraints(constraints, files.constraints),
  };
}

function isSame(one: TrustDocuments, other: TrustDocuments): boolean {
  return (
    writeTrustStore(one.store) === writeTrustStore(other.store) &&
    writeConstraints(one.constraints) === writeConstraints(other.constraints)
  );
}

function unrecorded(bytes: TrustBytes) {
  const digests = digestsOf(bytes);
  const name = digests.store === null ? ("constraints" as const) : ("store" as const);
  return { name, recorded: null, actual: digests[name] };
}

type Changed = NonNullable<ReturnType<typeof changedFile>>;

function trustStoreChanged(files: TrustFiles, { name, recorded, actual }: Changed): PalyraError<"TrustStoreChanged"> {
  return new PalyraError("TrustStoreChanged", { file: files[name], trust_store: files.store, recorded, actual });
}

async function readAll(file: string): Promise<Uint8Array | undefined> {
  await refuseWritable(file);
  const read = await readRegular(file, MAX_TRUST_FILE_BYTES);
  if (read !== undefined && !read.ok)
    throw new PalyraError("Io", { action: "read", file, code: "EFBIG", limit: MAX_TRUST_FILE_BYTES });
  return read?.bytes;
}

/** Whoever else can write it says whom we trust, however safe its folder is. Spec 5.1, T25. */
async function refuseWritable(file: string): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  if (process.platform === "win32" || found?.isFile() !== true || (found.mode & 0o022) === 0) return;
  throw new PalyraError("UnsafeStateRoot", { folder: file, problem: "others can write to it", file: true });
}
