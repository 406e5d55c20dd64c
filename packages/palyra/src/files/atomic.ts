import { open, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { faultPoint } from "./fault.ts";
import { io } from "./io.ts";
import { moveTo, syncFolder } from "./sync.ts";

export interface AtomicOptions {
  /** Permission bits of the file, whatever was there before; the umask does not count. */
  readonly mode: number;
  /**
   * Where it is written first, on the same file system; it is overwritten, so its name must be the caller's alone. Give one that
   * recovery clears where a kill must leave nothing behind. Absent: a name of this process beside the file.
   */
  readonly temporary?: string;
}

let written = 0;

/**
 * Replaces a file so that every reader, and every moment of a power loss, sees the old bytes or the new ones: written beside it, synced,
 * renamed, the folder synced. `Io` if it cannot; then the old file is as it was.
 *
 * Our own in place of `write-file-atomic`, which does not sync the folder and leaves its temporary file where it likes.
 */
export async function writeFileAtomically(file: string, content: Uint8Array | string, options: AtomicOptions): Promise<void> {
  written += 1;
  const temporary = options.temporary ?? join(dirname(file), `.${basename(file)}.${process.pid}.${written}.tmp`);
  await io("write", file, async () => {
    try {
      await writeSynced(temporary, content, options.mode, "w");
      faultPoint("files.written");
      await moveTo(temporary, file);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => {});
      throw error;
    }
    faultPoint("files.renamed");
    await syncFolder(dirname(file));
  });
}

/** Writes a whole file and syncs it. `flags`: `wx` refuses one that is there. */
export async function writeSynced(file: string, content: Uint8Array | string, mode: number, flags: "w" | "wx"): Promise<void> {
  const handle = await open(file, flags, mode);
  try {
    await handle.writeFile(content);
    if (process.platform !== "win32") await handle.chmod(mode);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
