import { type FileHandle, open, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { faultPoint } from "./fault.ts";
import { ifThere, io } from "./io.ts";
import { moveTo, syncFolder } from "./sync.ts";

export interface AtomicOptions {
  /** Permission bits of the file, whatever was there before; the umask does not count. */
  readonly mode: number;
  /**
   * Where it is written first, on the same file system; what is there goes, so its name must be the caller's alone. Give one that
   * recovery clears where a kill must leave nothing behind. Absent: a name beside the file that nobody can know before.
   */
  readonly temporary?: string;
}

/** Parts are written as they come: what makes them may throw, and then nothing is replaced. */
type Content = Uint8Array | string | AsyncIterable<string>;

/**
 * Replaces a file so that every reader, and every moment of a power loss, sees the old bytes or the new ones: written beside it, synced,
 * renamed, the folder synced. `Io` if it cannot; then the old file is as it was.
 *
 * Our own in place of `write-file-atomic`, which does not sync the folder and leaves its temporary file where it likes.
 */
export async function writeFileAtomically(file: string, content: Content, options: AtomicOptions): Promise<void> {
  const temporary = options.temporary ?? join(dirname(file), `.${basename(file)}.${unguessable()}.tmp`);
  await io("write", file, async () => {
    try {
      if (options.temporary !== undefined) await rm(temporary, { force: true });
      await writeSynced(temporary, content, options.mode);
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

/**
 * The same for a file that a person named. A device, a pipe or `/dev/stdout` is written into: as root a rename would put a file in the place of
 * `/dev/null`, for the whole machine.
 */
export async function writeNamedFile(file: string, content: Content, options: { readonly mode: number }): Promise<void> {
  if (await isReplaceable(file)) return writeFileAtomically(file, content, options);
  await io("write", file, async () => {
    const handle = await open(file, "w");
    try {
      await writeTo(handle, content);
    } finally {
      await handle.close();
    }
  });
}

/** A regular file, a link to one, or nothing; of the links in `/dev` none, whatever they lead to at the moment. */
async function isReplaceable(file: string): Promise<boolean> {
  const found = await ifThere(() => stat(file));
  if (found?.isFile() !== true) return found === undefined;
  return dirname(resolve(file)) !== "/dev";
}

/** Writes a new file and syncs it. Refuses one that is there, and never follows a link that somebody laid in its place. */
export async function writeSynced(file: string, content: Content, mode: number): Promise<void> {
  const handle = await open(file, "wx", mode);
  try {
    await writeTo(handle, content);
    if (process.platform !== "win32") await handle.chmod(mode);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function writeTo(handle: FileHandle, content: Content): Promise<void> {
  if (typeof content === "string" || content instanceof Uint8Array) await handle.writeFile(content);
  else for await (const part of content) await handle.appendFile(part);
}

function unguessable(): string {
  return process.getBuiltinModule("node:crypto").randomBytes(9).toString("hex");
}
