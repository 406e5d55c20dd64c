/**
 * Files in folders that a stranger may have filled: opened only where they are plain files of our own. A link, a second name of
 * another file, a pipe or somebody else's file would be read, overwritten or waited for in place of it (T25, spec 9.2).
 */
import type { Stats } from "node:fs";
import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { PalyraError } from "../errors.ts";
import { ifThere, io, systemCode } from "./io.ts";
import { type BoundedRead, readHandle } from "./read.ts";

// Windows has neither flag; links are made there by administrators only.
const NEVER_THROUGH_A_LINK = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** Opens a plain file of our own; `flags` without `O_TRUNC`, which would come before the look. `Io`: not there, or not that. */
export async function openOwn(file: string, flags: number, mode = 0o600): Promise<FileHandle> {
  const handle = await io("open", file, () => open(file, flags | NEVER_THROUGH_A_LINK, mode)).catch((error: unknown) => {
    const isLink = error instanceof PalyraError && ["ELOOP", "EMLINK"].includes(systemCode(error.cause) ?? "");
    throw isLink ? new PalyraError("Io", { action: "open", file, code: "it is a link" }) : error;
  });
  try {
    const problem = ownFileProblem(await handle.stat());
    if (problem !== undefined) throw new PalyraError("Io", { action: "open", file, code: problem });
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Why this is no plain file of our own; undefined where it is. */
export function ownFileProblem(stat: Stats): string | undefined {
  if (stat.isSymbolicLink()) return "it is a link";
  if (!stat.isFile()) return "it is no regular file";
  if (stat.nlink > 1) return "it has another name besides";
  return process.platform !== "win32" && stat.uid !== process.getuid?.() ? "it belongs to somebody else" : undefined;
}

/** At most `limit` bytes of a plain file of our own; undefined where there is none. `Io`. */
export function readOwn(file: string, limit: number): Promise<BoundedRead | undefined> {
  return ifThere(async () => {
    const handle = await openOwn(file, constants.O_RDONLY);
    try {
      return await io("read", file, () => readHandle(handle, limit));
    } finally {
      await handle.close();
    }
  });
}

/** Writes a plain file of our own in place, not synced; makes it where there is none. `Io`. */
export async function writeOwn(file: string, content: string, mode = 0o600): Promise<void> {
  const handle = await openOwn(file, constants.O_WRONLY | constants.O_CREAT, mode);
  try {
    await io("write", file, async () => {
      await handle.truncate();
      await handle.writeFile(content);
    });
  } finally {
    await handle.close();
  }
}
