import { mkdir, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { PalyraError } from "../errors.ts";
import { writeSynced } from "./atomic.ts";
import { faultPoint } from "./fault.ts";
import { makeFolder } from "./folders.ts";
import { io } from "./io.ts";
import { syncFolder } from "./sync.ts";

export interface StagedFile {
  /** Relative, `/` between its segments; already checked (spec 1.3, 1.6). */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Regular files and folders only, their owner's alone, whatever an archive or the umask says (spec 9.2). */
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
/** Files that are written and synced at a time. */
const AT_A_TIME = 8;

/** Writes a folder that is not there yet with exactly these files, and syncs all of it; the caller renames it into place. `Io`. */
export async function stageFolder(folder: string, files: readonly StagedFile[]): Promise<void> {
  await io("write", folder, async () => {
    const folders = foldersOf(files);
    await makeFolder(folder, FOLDER_MODE);
    for (const below of folders) await mkdir(join(folder, below), { mode: FOLDER_MODE });
    for (let next = 0; next < files.length; next += AT_A_TIME) {
      await Promise.all(files.slice(next, next + AT_A_TIME).map((file) => writeNew(folder, file)));
      faultPoint("files.staging");
    }
    await checkStaged(folder, files);
    for (const below of [...folders].reverse()) await syncFolder(join(folder, below));
    await syncFolder(folder);
    await syncFolder(dirname(folder));
  });
}

/** A file that is there already was made by another entry whose name this file system takes for the same. */
async function writeNew(folder: string, file: StagedFile): Promise<void> {
  await writeSynced(join(folder, ...file.path.split("/")), file.bytes, FILE_MODE);
}

/** Every folder above a file, parents first. */
function foldersOf(files: readonly StagedFile[]): readonly string[] {
  const folders = new Set<string>();
  for (const { path } of files) {
    for (let at = path.indexOf("/"); at !== -1; at = path.indexOf("/", at + 1)) folders.add(path.slice(0, at));
  }
  return [...folders].sort();
}

/** What lies there is what was meant: a file system that folds names, or changes them, shows here. */
async function checkStaged(folder: string, files: readonly StagedFile[]): Promise<void> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const names = found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const meant = new Set(files.map((file) => join(folder, ...file.path.split("/"))));
  const odd = names.find((name) => !meant.has(name));
  if (odd !== undefined || names.length !== files.length)
    throw new PalyraError("Io", { action: "write", file: odd ?? folder, code: "names changed by the file system" });
}
