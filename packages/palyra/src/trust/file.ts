/**
 * The trust store as a file, and `trust-constraints.json` in the same folder (spec 3.1). Read in one go: what is decided on are the
 * very bytes that were read (T7).
 */
import { stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { EMPTY_CONSTRAINTS, EMPTY_TRUST_STORE, parseConstraints, parseTrustStore } from "palyra-skills/trust";
import { PalyraError } from "../errors.ts";
import { readRegular } from "../files/index.ts";
import type { TrustDocuments } from "./change.ts";

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
  /** The very bytes; undefined for a file that is not there. */
  readonly bytes: { readonly store: Uint8Array | undefined; readonly constraints: Uint8Array | undefined };
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

/** Reads store and constraints; missing files are empty ones. `Serialization` names the file and the entry; `UnsafeStateRoot`, `Io`. */
export async function readTrust(trustStore: string): Promise<TrustState> {
  const files = trustFiles(trustStore);
  const store = await readAll(files.store);
  const constraints = await readAll(files.constraints);
  return {
    files,
    bytes: { store, constraints },
    store: store === undefined ? EMPTY_TRUST_STORE : parseTrustStore(store, files.store),
    constraints: constraints === undefined ? EMPTY_CONSTRAINTS : parseConstraints(constraints, files.constraints),
  };
}

async function readAll(file: string): Promise<Uint8Array | undefined> {
  await refuseWritable(file);
  const read = await readRegular(file, MAX_TRUST_FILE_BYTES);
  if (read !== undefined && !read.ok) throw new PalyraError("Io", { action: "read", file, code: "EFBIG" });
  return read?.bytes;
}

/** Whoever else can write it says whom we trust, however safe its folder is. Spec 5.1, T25. */
async function refuseWritable(file: string): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  if (process.platform === "win32" || found?.isFile() !== true || (found.mode & 0o022) === 0) return;
  throw new PalyraError("UnsafeStateRoot", { folder: file, problem: "others can write to it", file: true });
}
