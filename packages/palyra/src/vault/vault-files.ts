import { constants, type Stats } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { PalyraError } from "../errors.ts";
import { ifThere, io, openOwn } from "../files/index.ts";

/** Names in the vault's folder; another's vault beside them is not touched (D18). */
export interface VaultFiles {
  readonly folder: string;
  /** The secrets, encrypted. */
  readonly secrets: string;
  /** The age identity that opens them, where it is kept in a file. */
  readonly key: string;
  /** The same, encrypted with a passphrase. */
  readonly sealedKey: string;
  /** Where the identity is kept; written last when a vault is made. */
  readonly backend: string;
  readonly lock: string;
}

export function vaultFiles(folder: string): VaultFiles {
  const named = (suffix: string) => join(folder, `palyra-skills.${suffix}`);
  return {
    folder,
    secrets: named("age"),
    key: named("key"),
    sealedKey: named("key.age"),
    backend: named("backend.json"),
    lock: named("lock"),
  };
}

/** False: it is not there. `UnsafeStateRoot`: others can write in it; `Io`: it is no folder. */
export async function vaultFolderIsThere(folder: string): Promise<boolean> {
  const found = await ifThere(() => io("use the folder", folder, () => stat(folder)));
  if (found === undefined) return false;
  if (!found.isDirectory()) throw new PalyraError("Io", { action: "use the folder", file: folder, code: "ENOTDIR" });
  const problem = folderProblem(found);
  if (problem !== undefined) throw new PalyraError("UnsafeStateRoot", { folder, problem });
  return true;
}

function folderProblem(found: Stats): string | undefined {
  if (process.platform === "win32") return undefined;
  if (found.uid !== process.getuid?.()) return "it belongs to somebody else";
  return (found.mode & 0o022) === 0 ? undefined : "others can write in it";
}

/**
 * A plain file of our own that nobody else may read (mode 0600); undefined where there is none. A link, a pipe, another's file or a file
 * that others can read is refused, not repaired: what it held is known to them (T25). `Io`, `VaultUnavailable`.
 */
export async function readPrivate(files: VaultFiles, file: string, limit: number): Promise<Uint8Array | undefined> {
  return ifThere(async () => {
    const handle = await openOwn(file, constants.O_RDONLY);
    try {
      const { mode, size } = await handle.stat();
      if (process.platform !== "win32" && (mode & 0o077) !== 0)
        throw unavailable(files, `others can read ${file}: what it holds is no secret any more (mode 0600 is needed)`, "mode");
      if (size > limit) throw unavailable(files, `${file} is too large`);
      return new Uint8Array(await io("read", file, () => handle.readFile()));
    } finally {
      await handle.close();
    }
  });
}

/** `needs`: what would open it, where it is whole and only locked. */
export function unavailable(
  { folder }: Pick<VaultFiles, "folder">,
  problem: string,
  needs?: "passphrase" | "keychain" | "mode",
): PalyraError<"VaultUnavailable"> {
  return new PalyraError("VaultUnavailable", { folder, problem, ...(needs === undefined ? {} : { needs }) });
}
