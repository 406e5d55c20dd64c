/** Where a vault's passphrase comes from: a file that a variable names, else the person. Never an argument: others can read those. */
import { constants, type Stats } from "node:fs";
import { open } from "node:fs/promises";
import { PalyraError } from "../errors.ts";
import { io, readHandle } from "../files/index.ts";
import type { VaultOptions } from "./access.ts";
import { MAX_PASSPHRASE_BYTES } from "./identity.ts";
import { unavailable } from "./vault-files.ts";

export function passphraseFrom({ folder, passphraseFile, askSecret }: VaultOptions): () => Promise<Uint8Array> {
  if (passphraseFile !== undefined) return () => readPassphraseFile(passphraseFile);
  if (askSecret !== undefined) return () => askSecret("Passphrase of the vault");
  return async () => {
    throw unavailable({ folder }, "its passphrase is needed, and there is nobody to ask for it", "passphrase");
  };
}

/**
 * Its bytes without the line feed at the end. A pipe, an open descriptor (`/dev/fd/3`) or a file that nobody else can read; links are
 * followed, as services get theirs by one. `Io`, `UnsafeStateRoot`, `Usage`.
 */
async function readPassphraseFile(file: string): Promise<Uint8Array> {
  const read = await io("read", file, async () => {
    const handle = await open(file, constants.O_RDONLY);
    try {
      refuseReadable(file, await handle.stat());
      return await readHandle(handle, MAX_PASSPHRASE_BYTES + 2);
    } finally {
      await handle.close();
    }
  });
  if (!read.ok) throw new PalyraError("Usage", { problem: `the passphrase has more than ${MAX_PASSPHRASE_BYTES} bytes` });
  return withoutLineFeed(read.bytes);
}

/** As it is typed: a file's last line feed, of either kind, is none of it. */
export function withoutLineFeed(bytes: Uint8Array): Uint8Array {
  const end = bytes.at(-1) !== 0x0a ? 0 : bytes.at(-2) === 0x0d ? 2 : 1;
  const passphrase = bytes.slice(0, bytes.byteLength - end);
  bytes.fill(0);
  return passphrase;
}

function refuseReadable(file: string, found: Stats): void {
  if (process.platform === "win32" || !found.isFile() || (found.mode & 0o077) === 0) return;
  throw new PalyraError("UnsafeStateRoot", { folder: file, problem: "others can read it", file: true });
}
