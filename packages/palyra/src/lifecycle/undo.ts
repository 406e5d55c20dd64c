import { copyFile, link, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { ifThere, syncFolder } from "../files/index.ts";

/** Takes a step back. */
export type Undo = () => Promise<void>;

/**
 * Keeps what a file holds until the plan is through, so that a step that a full disk stops halfway can be taken back without
 * needing room: a second name for the same bytes, and a rename. `Undo` puts the file back, or removes it where there was none.
 */
export async function keepFile(file: string, folder: string): Promise<Undo> {
  const kept = join(folder, `${basename(file)}.kept`);
  const there = await ifThere(async () => {
    await link(file, kept).catch(() => copyFile(file, kept));
    return true;
  });
  return async () => {
    if (there === undefined) await rm(file, { force: true });
    else await rename(kept, file).catch(() => copyFile(kept, file));
    await syncFolder(dirname(file));
  };
}
