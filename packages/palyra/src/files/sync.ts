import { open, rename } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { systemCode } from "./io.ts";

/** Makes the names in a folder survive a power loss. Windows cannot do it; there it is left to the file system. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Milliseconds for which a rename is tried again on Windows, where an open handle or a virus scanner stops it. */
const RENAME_PATIENCE_MS = 2_000;

/** Renames, replacing a file at the target. The caller syncs the folder. */
export async function moveTo(source: string, target: string): Promise<void> {
  for (let waited = 0; ; waited += 50) {
    try {
      return await rename(source, target);
    } catch (error) {
      const passing = ["EPERM", "EACCES", "EBUSY"].includes(systemCode(error) ?? "");
      if (process.platform !== "win32" || !passing || waited >= RENAME_PATIENCE_MS) throw error;
      await sleep(50);
    }
  }
}
